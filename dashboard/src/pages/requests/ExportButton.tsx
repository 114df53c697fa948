// Saves what the filter finds as a CSV file.
import { Button } from "@mantine/core";
import { IconDownload, IconX } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { toast } from "~/components/Toast";
import { count } from "~/format/number";
import { csvOf, MOST_ROWS, save } from "./csv";
import type { RequestQuery } from "./filters";

export function ExportButton({ query }: { query: RequestQuery }) {
  const [rows, setRows] = useState<number | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const run = async () => {
    const controller = new AbortController();
    running.current = controller;
    setRows(0);
    let found = 0;
    try {
      const note = (so: number) => {
        found = so;
        setRows(so);
      };
      save(await csvOf(query, note, controller.signal), `requests-${new Date().toISOString().slice(0, 19)}.csv`);
      const full = found >= MOST_ROWS;
      toast.done(
        full
          ? `Saved the newest ${count(found).exact} requests. For all of them: claudeflare export`
          : `Saved ${count(found).exact} ${found === 1 ? "request" : "requests"}.`,
      );
    } catch (error) {
      if (!controller.signal.aborted) toast.failed(error);
    } finally {
      setRows(null);
    }
  };
  if (rows !== null) {
    return (
      <Button leftSection={<IconX size={14} aria-hidden />} onClick={() => running.current?.abort()}>
        {`Stop at ${count(rows).exact}`}
      </Button>
    );
  }
  return (
    <Button leftSection={<IconDownload size={14} aria-hidden />} onClick={() => void run()}>
      CSV
    </Button>
  );
}
