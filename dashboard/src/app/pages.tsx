// The pages there are: where each is, what it is called, the key that leads there. Each is fetched when first opened.
import {
  IconActivity,
  IconChartLine,
  IconKey,
  IconList,
  IconRoute,
  IconSettings,
  IconTerminal2,
  IconUsers,
} from "@tabler/icons-react";
import { type ComponentType, lazy } from "react";

export interface Page {
  /** Below /dashboard. */
  path: string;
  /** The pattern of its routes, where it has more than one. */
  pattern?: string;
  title: string;
  /** Pressed after `g`. */
  key: string;
  icon: ComponentType<{ size?: number; stroke?: number }>;
  view: ComponentType;
}

export const PAGES: readonly Page[] = [
  { path: "/", title: "Overview", key: "o", icon: IconActivity, view: lazy(() => import("~/pages/overview")) },
  {
    path: "/requests",
    pattern: "/requests/:id?",
    title: "Requests",
    key: "r",
    icon: IconList,
    view: lazy(() => import("~/pages/requests")),
  },
  {
    path: "/accounts",
    pattern: "/accounts/:id?",
    title: "Accounts",
    key: "a",
    icon: IconUsers,
    view: lazy(() => import("~/pages/accounts")),
  },
  {
    path: "/analytics",
    title: "Analytics",
    key: "n",
    icon: IconChartLine,
    view: lazy(() => import("~/pages/analytics")),
  },
  { path: "/strategy", title: "Strategy", key: "s", icon: IconRoute, view: lazy(() => import("~/pages/strategy")) },
  { path: "/keys", title: "Keys", key: "k", icon: IconKey, view: lazy(() => import("~/pages/keys")) },
  { path: "/logs", title: "Logs", key: "l", icon: IconTerminal2, view: lazy(() => import("~/pages/logs")) },
  { path: "/settings", title: "Settings", key: "c", icon: IconSettings, view: lazy(() => import("~/pages/settings")) },
];
