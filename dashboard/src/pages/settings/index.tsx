// What is kept, who has access, what changed, and every setting with its source.
import { FilterBar } from "~/components/FilterBar";
import { PageBody, PageTitle } from "~/components/PageTitle";
import { useUrlChoices } from "~/components/search-params";
import { Access } from "./Access";
import { AuditLog } from "./AuditLog";
import { Configuration } from "./Configuration";
import { Retention } from "./Retention";
import css from "./settings.module.css";

export default function Settings() {
  const { values, set, clear } = useUrlChoices(["q"]);
  return (
    <PageBody>
      <PageTitle title="Settings">
        <a href="/api/docs">REST API</a>
      </PageTitle>
      <Retention />
      <div className={css.columns}>
        <Access />
        <AuditLog />
      </div>
      <FilterBar
        filters={[]}
        values={values}
        onChange={set}
        onClear={clear}
        search={{ name: "q", label: "Find a setting" }}
      />
      <Configuration search={values.q} />
    </PageBody>
  );
}
