// Which account takes a request: the policies, and what another one would have done with the last days' requests.
import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "~/api/client";
import { useConfirm } from "~/components/Confirm";
import { ErrorState, Skeleton } from "~/components/Notice";
import { PageBody, PageTitle } from "~/components/PageTitle";
import { toast } from "~/components/Toast";
import { PolicyCard } from "./PolicyCard";
import { POLICIES, policyOf } from "./policies";
import css from "./strategy.module.css";
import { Trial } from "./Trial";

const CURRENT = ["configuration", "strategy"];
const NAMES = ["configuration", "strategies"];

export default function Strategy() {
  const current = useQuery({ queryKey: CURRENT, queryFn: ({ signal }) => api.get("/api/config/strategy", { signal }) });
  const names = useQuery({ queryKey: NAMES, queryFn: ({ signal }) => api.get("/api/strategies", { signal }) });
  const [wanted, setWanted] = useState<string | null>(null);
  const { ask, isPending, replaced, undo } = useStrategyChange(() => setWanted(null));
  const inForce = current.data?.strategy;
  return (
    <PageBody>
      <PageTitle
        title="Strategy"
        note="Which account takes a request. A change takes effect at once; requests that run stay where they are."
      />
      {replaced !== null && replaced !== inForce && (
        <div role="status" className={css.undo}>
          <span>{`New requests follow ${inForce} instead of ${replaced}.`}</span>
          <Button loading={isPending} onClick={undo}>{`Back to ${replaced}`}</Button>
        </div>
      )}
      {current.isError ? (
        <ErrorState error={current.error} onRetry={() => void current.refetch()} />
      ) : inForce === undefined || names.data === undefined ? (
        <div className={css.cards}>
          {POLICIES.map((each) => (
            <Skeleton key={each.name} height={262} />
          ))}
        </div>
      ) : (
        <ul className={css.cards}>
          {inOrder(names.data).map((name) => (
            <PolicyCard
              key={name}
              policy={policyOf(name)}
              current={name === inForce}
              chosen={name === wanted}
              onChoose={() => setWanted(name)}
            />
          ))}
        </ul>
      )}
      {wanted !== null && inForce !== undefined && (
        <Trial key={wanted} wanted={wanted} current={inForce} onCancel={() => setWanted(null)}>
          <Button variant="filled" loading={isPending} onClick={() => void ask(wanted, inForce)}>
            {`Use ${wanted}`}
          </Button>
        </Trial>
      )}
    </PageBody>
  );
}

/** As this page knows them, then those it does not. */
function inOrder(names: readonly string[]): string[] {
  const known = POLICIES.map((each) => each.name).filter((each) => names.includes(each));
  return [...known, ...names.filter((each) => !known.includes(each))];
}

/** Asks, changes, and remembers what was in force before for as long as the page is open. */
function useStrategyChange(onDone: () => void) {
  const client = useQueryClient();
  const confirm = useConfirm();
  const [replaced, setReplaced] = useState<string | null>(null);
  const change = useMutation({
    mutationFn: ({ strategy }: { strategy: string; instead: string | null }) =>
      api.post("/api/config/strategy", { body: { strategy } }),
    onSuccess: (now, { instead }) => {
      setReplaced(instead);
      client.setQueryData(CURRENT, now);
      void client.invalidateQueries({ queryKey: ["configuration"] });
      toast.done(`${now.strategy} is in force.`);
      onDone();
    },
    onError: toast.failed,
  });
  const ask = async (wanted: string, current: string) => {
    const yes = await confirm({
      title: `Use ${wanted}?`,
      body: `New requests follow ${wanted} from now on, after a restart as well. You can go back to ${current} at once.`,
      action: `Use ${wanted}`,
      mild: true,
    });
    if (yes) change.mutate({ strategy: wanted, instead: current });
  };
  const undo = () => {
    if (replaced !== null) change.mutate({ strategy: replaced, instead: null });
  };
  return { ask, isPending: change.isPending, replaced, undo };
}
