import { useEffect, useRef } from 'react';

/** Whether a key typed now is text, or means a dialog or an open menu, rather than a shortcut of the page. */
function isTaken(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return true;
  const target = event.target as HTMLElement;
  if (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return true;
  if (event.target instanceof Element && event.target.closest('[role="menu"]')) return true;
  return document.querySelector('[role="dialog"]') !== null;
}

let awaiting: { first: string; until: number } | undefined;

/**
 * Calls `action` when `keys` is pressed outside of fields and dialogs: one key (`n`), or one after another within a second (`g a`).
 * A null action takes no key.
 */
export function useShortcut(keys: string, action: (() => void) | null): void {
  const handler = useRef(action);
  useEffect(() => {
    handler.current = action;
  });
  useEffect(() => {
    const [first, second] = keys.split(' ') as [string, string | undefined];
    function onKey(event: KeyboardEvent): void {
      if (isTaken(event) || handler.current === null) return;
      const pending = awaiting !== undefined && awaiting.until > Date.now() ? awaiting : undefined;
      if (second === undefined) {
        if (pending || event.key !== first) return;
        event.preventDefault();
        handler.current();
      } else if (pending?.first === first && event.key === second) {
        event.preventDefault();
        awaiting = undefined;
        handler.current();
      }
    }
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [keys]);
}

/** Notes the first key of shortcuts of two. Once in the shell, before all others. */
export function useShortcutPrefix(prefix: string): void {
  useEffect(() => {
    function onKey(event: KeyboardEvent): void {
      if (isTaken(event)) return;
      if (event.key === prefix) awaiting = { first: prefix, until: Date.now() + 1000 };
    }
    // Bubbling from the document, before the window's own listeners.
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [prefix]);
}
