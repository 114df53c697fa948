// What surrounds every page: where to go, how everything stands, and what can always be done.
import { Component, lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { Link, Route, Switch, useLocation } from "wouter";
import { useHotkeys } from "~/components/hotkeys";
import { EmptyState, ErrorState, Skeleton } from "~/components/Notice";
import { PAGES, type Page } from "./pages";
import css from "./Shell.module.css";
import { TopBar } from "./TopBar";

const Palette = lazy(() => import("./Palette"));
const Help = lazy(() => import("./Help"));

export function Shell() {
  const [location, navigate] = useLocation();
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  const here = PAGES.find((each) => (each.path === "/" ? location === "/" : location.startsWith(each.path)));

  useHotkeys({
    "mod+k": () => setPalette(true),
    "?": () => setHelp(true),
    ...Object.fromEntries(PAGES.map((each) => [`g ${each.key}`, () => navigate(each.path)])),
  });
  useEffect(() => {
    document.title = here ? `${here.title} · Claudeflare` : "Claudeflare";
  }, [here]);

  return (
    <div className={css.shell}>
      <a className={css.skip} href="#content">
        Skip to the page
      </a>
      <Nav here={here} />
      <TopBar onPalette={() => setPalette(true)} onHelp={() => setHelp(true)} />
      <main id="content" className={css.main} tabIndex={-1}>
        <Guard key={here?.path}>
          <Suspense fallback={<Loading />}>
            <Switch>
              {PAGES.map(({ path, pattern, view: View }) => (
                <Route key={path} path={pattern ?? path}>
                  <View />
                </Route>
              ))}
              <Route>
                <EmptyState title="There is no such page">
                  <Link href="/">Go to the overview</Link>
                </EmptyState>
              </Route>
            </Switch>
          </Suspense>
        </Guard>
      </main>
      <Suspense>
        {palette && <Palette onClose={() => setPalette(false)} onHelp={() => setHelp(true)} />}
        {help && <Help onClose={() => setHelp(false)} />}
      </Suspense>
    </div>
  );
}

function Nav({ here }: { here: Page | undefined }) {
  return (
    <nav className={css.nav} aria-label="Pages">
      <Link href="/" className={css.brand} aria-label="Claudeflare">
        <img src="/dashboard/favicon.svg" alt="" width={22} height={22} />
        <span>Claudeflare</span>
      </Link>
      <ul>
        {PAGES.map((page) => (
          <li key={page.path}>
            <Link
              href={page.path}
              className={css.link}
              aria-current={page === here ? "page" : undefined}
              title={`${page.title}  (g ${page.key})`}
            >
              <page.icon size={17} stroke={1.6} />
              <span>{page.title}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Loading() {
  return (
    <div className={css.loading} aria-busy="true">
      <Skeleton height={72} />
      <Skeleton height={240} />
    </div>
  );
}

/** Keeps the shell usable when a page breaks. */
class Guard extends Component<{ children: ReactNode }, { error: unknown }> {
  override state = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return <ErrorState error={this.state.error} onRetry={() => location.reload()} />;
  }
}
