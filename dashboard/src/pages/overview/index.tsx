// The first page: accounts with their limits, how it goes, what happened, what runs.
import { PageBody } from "~/components/PageTitle";
import { Accounts } from "./Accounts";
import { Figures } from "./Figures";
import { LiveRequests } from "./LiveRequests";
import css from "./overview.module.css";
import { Timeline } from "./Timeline";

export default function Overview() {
  return (
    <PageBody>
      <h1 className="visually-hidden">Overview</h1>
      <Accounts />
      <Figures />
      <div className={css.columns}>
        <LiveRequests />
        <Timeline />
      </div>
    </PageBody>
  );
}
