// Accounts.
import { PageTitle } from "~/components/PageTitle";

export default function Accounts() {
  return <PageTitle title="Accounts" />;
}
