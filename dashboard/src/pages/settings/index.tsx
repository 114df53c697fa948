// What is kept, who has access, every setting with its source, and what was changed.
import { PageBody, PageTitle } from "~/components/PageTitle";
import { Access } from "./Access";
import { AuditLog } from "./AuditLog";
import { Configuration, useConfiguration } from "./Configuration";
import { Preferences } from "./Preferences";
import { Retention } from "./Retention";
import { SealingKeys } from "./SealingKeys";
import css from "./settings.module.css";

export default function Settings() {
  return (
    <PageBody>
      <PageTitle title="Settings" note={<Version />}>
        <a href="/api/docs">REST API</a>
      </PageTitle>
      <Retention />
      <div className={css.columns}>
        <Access />
        <div className={css.side}>
          <SealingKeys />
          <Preferences />
        </div>
      </div>
      <Configuration />
      <AuditLog />
    </PageBody>
  );
}

function Version() {
  const { data } = useConfiguration();
  if (data === undefined) return <>Claudeflare</>;
  return <>{`Claudeflare ${data.version}, ${data.compiled ? "compiled" : "pure Python"}`}</>;
}
