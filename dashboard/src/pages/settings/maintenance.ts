// Work that takes many calls: each does a part and says whether that was all.
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "~/components/Toast";

interface Part {
  done: boolean;
}

/** Calls until it is done; gives what was done in all. `onPart` is told after each call. */
export async function untilDone<P extends Part>(
  call: (last: P | undefined) => Promise<P>,
  amount: (part: P) => number,
  onPart: (total: number) => void,
): Promise<number> {
  let total = 0;
  let last: P | undefined;
  do {
    last = await call(last);
    total += amount(last);
    onPart(total);
  } while (!last.done);
  return total;
}

/** Such work with how far it is, for a button. */
export function useLongWork<P extends Part>(
  call: (last: P | undefined) => Promise<P>,
  amount: (part: P) => number,
  said: (total: number) => string,
  onDone: () => void,
) {
  const [total, setTotal] = useState(0);
  const work = useMutation({
    mutationFn: () => {
      setTotal(0);
      return untilDone(call, amount, setTotal);
    },
    onSuccess: (all) => {
      toast.done(said(all));
      onDone();
    },
    onError: toast.failed,
  });
  return { start: () => work.mutate(), running: work.isPending, total };
}
