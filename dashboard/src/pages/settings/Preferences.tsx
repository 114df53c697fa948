// What this browser alone remembers.
import { useMantineColorScheme } from "@mantine/core";
import { Panel } from "~/components/Panel";
import { Segments } from "~/components/Segments";
import css from "./settings.module.css";

const THEMES = [
  { value: "auto", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
] as const;

export function Preferences() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  return (
    <Panel title="This browser" note={`Times are those of ${zone}, as this browser has it.`}>
      <div className={css.preferences}>
        <span>Theme</span>
        <Segments label="Theme" options={THEMES} value={colorScheme} onChange={setColorScheme} />
      </div>
    </Panel>
  );
}
