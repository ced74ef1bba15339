import { useLayoutEffect, useRef, useState, type ReactNode, type RefObject } from 'react';

/** Rows of one block. */
const blockRows = 50;
/** Heights that are assumed until a block has been seen, in pixels. */
const rowHeight = 44;
const cardHeight = 120;

/** A list in blocks of fifty: what is far out of sight is not in the page, so that a list of 100,000 scrolls as one of a hundred does. */
export function blocksOf<Item>(items: readonly Item[]): Item[][] {
  const blocks: Item[][] = [];
  for (let at = 0; at < items.length; at += blockRows) blocks.push(items.slice(at, at + blockRows));
  return blocks;
}

/**
 * Whether an element is within a window's height of what is seen, and how high it was when it last was. Before the first look it counts as near,
 * so that short lists appear at once.
 */
function useNear(estimate: number): { ref: RefObject<HTMLElement | null>; near: boolean; height: number } {
  const ref = useRef<HTMLElement>(null);
  const [seen, setSeen] = useState({ near: true, height: estimate });
  useLayoutEffect(() => {
    if (!ref.current) return;
    const observer = new IntersectionObserver(
      (entries) => {
        // A busy page is told of several changes at once; the last is how things are.
        const entry = entries.at(-1);
        if (!entry) return;
        setSeen((present) => {
          if (present.near === entry.isIntersecting) return present;
          return {
            near: entry.isIntersecting,
            height: present.near ? entry.boundingClientRect.height : present.height,
          };
        });
      },
      { rootMargin: '100% 0px' },
    );
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return { ref, ...seen };
}

/** Fifty rows of a table, or an empty row as high as they were. */
export function RowBlock({ rows, columns, children }: { rows: number; columns: number; children: ReactNode }) {
  const { ref, near, height } = useNear(rows * rowHeight);
  return (
    <tbody ref={ref as RefObject<HTMLTableSectionElement>}>
      {near ? (
        children
      ) : (
        <tr aria-hidden>
          <td colSpan={columns} style={{ height, padding: 0 }} />
        </tr>
      )}
    </tbody>
  );
}

/** Fifty cards as a list, or a space as high as they were. */
export function ListBlock({
  rows,
  label,
  className,
  children,
}: {
  rows: number;
  label: string;
  className: string | undefined;
  children: ReactNode;
}) {
  const { ref, near, height } = useNear(rows * cardHeight);
  return (
    <div ref={ref as RefObject<HTMLDivElement>} style={near ? undefined : { height }}>
      {near && (
        <ul className={className} aria-label={label}>
          {children}
        </ul>
      )}
    </div>
  );
}
