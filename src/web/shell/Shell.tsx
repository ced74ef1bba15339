import { AppShell, Burger, Center } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useRouter, useRouterState } from '@tanstack/react-router';
import { Suspense, useEffect, useRef } from 'react';
import { ErrorState } from '../components/states.js';
import { useConnection } from '../connection.js';
import { useShortcut, useShortcutPrefix } from '../hooks/useShortcut.js';
import { navigation, type NavigationEntry } from '../navigation.js';
import { sessionQuery, useMay } from '../session.js';
import icon from '../icon.svg?inline';
import { ProfileMenu } from './ProfileMenu.js';
import classes from './Shell.module.css';
import { ShortcutHelp } from './ShortcutHelp.js';

/** The frame of all pages that need a session: without one it asks to sign in, and comes back to the same address afterwards. */
export function Shell() {
  const session = useQuery(sessionQuery);
  if (session.isPending) {
    return (
      <div className={classes.waiting} role="status" aria-label="Loading">
        <Brand />
      </div>
    );
  }
  if (session.data === undefined) {
    return (
      <Center mih="100vh" p="md">
        <ErrorState error={session.error} retry={() => session.refetch()} retrying={session.isRefetching} />
      </Center>
    );
  }
  return session.data === null ? <AskToSignIn /> : <Frame />;
}

function AskToSignIn() {
  const router = useRouter();
  useEffect(() => {
    const { href } = router.state.location;
    if (!href.startsWith('/sign-in')) void router.navigate({ to: '/sign-in', search: { next: href }, replace: true });
  }, [router]);
  return null;
}

function Frame() {
  const [opened, { toggle, close }] = useDisclosure(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  useEffect(close, [path, close]);
  useShortcutPrefix('g');
  useShortcut('/', () => document.querySelector<HTMLInputElement>('[data-search]')?.focus());
  return (
    <>
      <a href="#content" className={classes.skip} onClick={(event) => skip(event)}>
        Skip to the content
      </a>
      <AppShell
        navbar={{ width: 224, breakpoint: 'sm', collapsed: { mobile: !opened } }}
        header={{ height: { base: 52, sm: 0 } }}
        padding={{ base: 'md', sm: 'xl' }}
        transitionDuration={150}
      >
        <AppShell.Header className={classes.header} hiddenFrom="sm">
          <Burger
            opened={opened}
            onClick={toggle}
            size="sm"
            aria-label={opened ? 'Close the navigation' : 'Open the navigation'}
          />
          <Brand />
        </AppShell.Header>
        <AppShell.Navbar className={classes.navbar} aria-label="Main">
          <div style={{ padding: '16px 18px 4px' }} className="mantine-visible-from-sm">
            <Brand />
          </div>
          <Links />
          <div className={classes.foot}>
            <ProfileMenu />
          </div>
        </AppShell.Navbar>
        <AppShell.Main id="content" tabIndex={-1} style={{ outline: 'none' }}>
          <div className={classes.content}>
            <Banner />
            <Suspense fallback={null}>
              <Outlet />
            </Suspense>
          </div>
        </AppShell.Main>
      </AppShell>
      <ShortcutHelp />
    </>
  );
}

function skip(event: React.MouseEvent): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

function Brand() {
  return (
    <Link to="/" className={classes.brand}>
      <img src={icon} alt="" width={22} height={22} />
      Oncemail
    </Link>
  );
}

function Links() {
  const groups = [...new Set(navigation.map((entry) => entry.group))];
  return (
    <div className={classes.links}>
      {groups.map((group) => (
        <div key={group}>
          <div className={classes.group} id={`navigation-${group}`}>
            {group}
          </div>
          <ul className={classes.list} aria-labelledby={`navigation-${group}`}>
            {navigation
              .filter((entry) => entry.group === group)
              .map((entry) => (
                <Entry key={entry.to} entry={entry} />
              ))}
          </ul>
        </div>
      ))}
    </div>
  );
}

function Entry({ entry }: { entry: NavigationEntry }) {
  const navigate = useNavigate();
  const may = useMay(entry.role ?? 'viewer');
  useShortcut(`g ${entry.key}`, may ? () => void navigate({ to: entry.to }) : null);
  if (!may) return null;
  return (
    <li>
      <Link to={entry.to} className={classes.link} activeOptions={{ exact: false }}>
        <entry.icon size={17} stroke={1.6} aria-hidden />
        {entry.label}
        {entry.count && <entry.count />}
      </Link>
    </li>
  );
}

/** How often the server is asked again while it does not answer, in milliseconds. */
const askAgainMs = 3000;

function Banner() {
  const connection = useConnection();
  const away = connection === 'unreachable';
  const queries = useQueryClient();
  // Pages that ask for nothing by themselves would not find out that it is back.
  useQuery({ ...sessionQuery, refetchInterval: away ? askAgainMs : false });
  const wasAway = useRef(away);
  useEffect(() => {
    if (wasAway.current && !away) {
      void queries.refetchQueries({ type: 'active', predicate: (query) => query.state.status === 'error' });
    }
    wasAway.current = away;
  }, [away, queries]);
  return (
    <div role="status">
      {connection !== 'online' && (
        <div className={classes.banner} style={{ margin: '-8px 0 16px', borderRadius: 6 }}>
          {connection === 'offline'
            ? 'This device is offline. What you see may be old; what you type is kept.'
            : 'The server does not answer. Runs go on without it; this page tries again by itself.'}
        </div>
      )}
    </div>
  );
}
