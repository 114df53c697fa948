// The colors of the accounts there are, oldest first, so that a new one changes none.
import { useMemo } from "react";
import { useAccounts } from "~/api/queries";
import { seriesColor, seriesColors } from "./series-color";

/** Account name -> CSS color. */
export function useAccountColor(): (name: string) => string {
  const accounts = useAccounts().data;
  return useMemo(() => {
    const byAge = (accounts ?? []).toSorted((one, other) => one.created.localeCompare(other.created));
    const colors = seriesColors(byAge.map((each) => each.name));
    return (name) => colors.get(name) ?? seriesColor(name);
  }, [accounts]);
}
