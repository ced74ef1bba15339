import { Button, Checkbox, Skeleton } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconArrowDown, IconArrowsSort, IconArrowUp } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react';
import type { List } from '../hooks/useList.js';
import { blocksOf, ListBlock, RowBlock } from './blocks.js';
import classes from './DataTable.module.css';
import { EmptyState, ErrorState } from './states.js';

/** A column. The first one is what the row is called: it carries the row's link, and heads its card on a phone. */
export interface Column<Item> {
  key: string;
  header: string;
  cell: (item: Item) => ReactNode;
  /** The name that the API sorts by; without it the header sorts nothing. */
  sort?: string;
  align?: 'right';
  /** As narrow as its content. */
  narrow?: boolean;
  /** At least as wide as this, in pixels: tables below each other whose other columns all have it are alike. */
  width?: number;
  /** Where it stands on a phone: in the card's head beside the name, among its facts (default), or nowhere. */
  phone?: 'head' | 'fact' | 'none';
}

export interface Selection {
  selected: ReadonlySet<string>;
  onChange: (selected: Set<string>) => void;
  /** What a row is called, for its checkbox. */
  label: (id: string) => string;
}

interface DataTableProps<Item> {
  /** What the table holds, for screen readers: "Automations". */
  label: string;
  list: List<Item>;
  columns: Column<Item>[];
  rowKey: (item: Item) => string;
  /** Where a row leads (a path of the app). The whole row can be clicked; its first cell is the link. */
  rowTo?: (item: Item) => string;
  /** Opens something without leaving the page; the first cell is then a button. */
  onOpen?: (item: Item) => void;
  /** The last cell: the row's menu. */
  rowActions?: (item: Item) => ReactNode;
  /** The API's `sort` parameter and how to set it. */
  sort?: { value: string; onChange: (value: string) => void };
  selection?: Selection;
  /** Shown when the list is empty. */
  empty?: ReactNode;
  /** Skeleton rows of the first load. */
  loadingRows?: number;
}

/**
 * A list of the API: sortable where the API sorts, read on page by page as one scrolls, cards on a phone, with its states of loading,
 * emptiness and failure. `j` and `k` (and the arrows) move from row to row.
 */
export function DataTable<Item>(props: DataTableProps<Item>) {
  const { list, label, empty, loadingRows = 8 } = props;
  const phone = useMediaQuery('(max-width: 40em)', false, { getInitialValueInEffect: false });
  const { query, items } = list;
  if (query.isError && items.length === 0) {
    return <ErrorState error={query.error} retry={() => query.refetch()} retrying={query.isRefetching} />;
  }
  if (query.isPending) {
    return (
      <div className={classes.frame} aria-busy="true" aria-label={`${label}: loading`} role="status">
        {Array.from({ length: loadingRows }, (_, i) => (
          <div key={i} style={{ padding: '13px 14px', borderBottom: '1px solid var(--app-border)' }}>
            <Skeleton height={18} width={`${90 - ((i * 13) % 30)}%`} />
          </div>
        ))}
      </div>
    );
  }
  if (items.length === 0)
    return <div className={classes.frame}>{empty ?? <EmptyState title="Nothing here yet" />}</div>;
  return (
    <div className={classes.frame}>
      <div
        className={query.isPlaceholderData ? classes.refreshing : undefined}
        onKeyDown={moveAmongRows}
        role="presentation"
      >
        {phone ? <Cards {...props} /> : <Rows {...props} />}
      </div>
      <More list={list} />
    </div>
  );
}

function Rows<Item>({
  label,
  list,
  columns,
  rowKey,
  rowTo,
  onOpen,
  rowActions,
  sort,
  selection,
}: DataTableProps<Item>) {
  const navigate = useNavigate();
  const ids = selection ? list.items.map(rowKey) : [];
  const cells = columns.length + (selection ? 1 : 0) + (rowActions ? 1 : 0);
  const allSelected = selection !== undefined && ids.every((id) => selection.selected.has(id));
  return (
    // What is wider than the window scrolls by keyboard too (WCAG 2.1.1).
    // eslint-disable-next-line jsx-a11y-x/no-noninteractive-tabindex
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={label}>
      <table className={classes.table}>
        <caption className="visually-hidden">{label}</caption>
        <thead>
          <tr>
            {selection && (
              <th className={classes.narrow}>
                <Checkbox
                  size="xs"
                  aria-label="Select all that are shown"
                  checked={allSelected}
                  indeterminate={!allSelected && selection.selected.size > 0}
                  onChange={() => selection.onChange(allSelected ? new Set() : new Set(ids))}
                />
              </th>
            )}
            {columns.map((column) => (
              <th
                key={column.key}
                scope="col"
                data-align={column.align}
                className={column.narrow ? classes.narrow : undefined}
                style={column.width === undefined ? undefined : { width: column.width }}
                aria-sort={ariaSort(column, sort?.value)}
              >
                {column.sort && sort ? <SortButton column={column} sort={sort} /> : column.header}
              </th>
            ))}
            {rowActions && (
              <th className={classes.narrow}>
                <span className="visually-hidden">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        {blocksOf(list.items).map((items, number) => (
          <RowBlock key={number} rows={items.length} columns={cells}>
            {items.map((item) => {
              const id = rowKey(item);
              const open = rowTo ? () => void navigate({ to: rowTo(item) }) : onOpen ? () => onOpen(item) : undefined;
              return (
                // The row is a larger target for the mouse; the link in its first cell is the control.
                <tr
                  key={id}
                  className={classes.row}
                  data-clickable={open ? '' : undefined}
                  data-selected={selection?.selected.has(id) ? '' : undefined}
                  onClick={open && ((event) => ifOnRow(event, open))}
                >
                  {selection && (
                    <td className={classes.narrow}>
                      <SelectBox id={id} selection={selection} />
                    </td>
                  )}
                  {columns.map((column, index) => (
                    <td
                      key={column.key}
                      data-align={column.align}
                      className={column.narrow ? classes.narrow : undefined}
                    >
                      {index === 0 ? (
                        <Name item={item} column={column} rowTo={rowTo} onOpen={onOpen} />
                      ) : (
                        column.cell(item)
                      )}
                    </td>
                  ))}
                  {rowActions && <td className={classes.narrow}>{rowActions(item)}</td>}
                </tr>
              );
            })}
          </RowBlock>
        ))}
      </table>
    </div>
  );
}

function Cards<Item>({ label, list, columns, rowKey, rowTo, onOpen, rowActions, selection }: DataTableProps<Item>) {
  const [first, ...others] = columns as [Column<Item>, ...Column<Item>[]];
  return (
    <div>
      {blocksOf(list.items).map((items, number) => (
        <ListBlock key={number} rows={items.length} className={classes.cards} label={label}>
          {items.map((item) => {
            const id = rowKey(item);
            return (
              <li key={id} className={classes.card}>
                <div className={classes.cardHead}>
                  <div style={{ display: 'flex', gap: 10, minWidth: 0, alignItems: 'flex-start' }}>
                    {selection && <SelectBox id={id} selection={selection} />}
                    <div style={{ minWidth: 0 }}>
                      <Name item={item} column={first} rowTo={rowTo} onOpen={onOpen} />
                    </div>
                  </div>
                  <div style={{ display: 'flex', gap: 6, alignItems: 'center' }}>
                    {others
                      .filter((c) => c.phone === 'head')
                      .map((c) => (
                        <span key={c.key}>{c.cell(item)}</span>
                      ))}
                    {rowActions?.(item)}
                  </div>
                </div>
                <dl className={classes.facts}>
                  {others
                    .filter((c) => c.phone === undefined || c.phone === 'fact')
                    .map((c) => (
                      <Fact key={c.key} name={c.header}>
                        {c.cell(item)}
                      </Fact>
                    ))}
                </dl>
              </li>
            );
          })}
        </ListBlock>
      ))}
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Name<Item>({
  item,
  column,
  rowTo,
  onOpen,
}: {
  item: Item;
  column: Column<Item>;
  rowTo: ((item: Item) => string) | undefined;
  onOpen: ((item: Item) => void) | undefined;
}) {
  if (rowTo) {
    return (
      <Link to={rowTo(item)} className={classes.primary} data-row>
        {column.cell(item)}
      </Link>
    );
  }
  if (onOpen) {
    return (
      <button type="button" className={`${classes.sort} ${classes.primary}`} data-row onClick={() => onOpen(item)}>
        {column.cell(item)}
      </button>
    );
  }
  return <>{column.cell(item)}</>;
}

function SelectBox({ id, selection }: { id: string; selection: Selection }) {
  return (
    <Checkbox
      size="xs"
      aria-label={`Select ${selection.label(id)}`}
      checked={selection.selected.has(id)}
      onChange={() => {
        const next = new Set(selection.selected);
        if (!next.delete(id)) next.add(id);
        selection.onChange(next);
      }}
    />
  );
}

function SortButton<Item>({
  column,
  sort,
}: {
  column: Column<Item>;
  sort: { value: string; onChange: (value: string) => void };
}) {
  const name = column.sort as string;
  const Arrow = sort.value === name ? IconArrowUp : sort.value === `-${name}` ? IconArrowDown : IconArrowsSort;
  return (
    <button
      type="button"
      className={classes.sort}
      onClick={() => sort.onChange(sort.value === name ? `-${name}` : name)}
    >
      {column.header}
      <Arrow size={13} aria-hidden />
    </button>
  );
}

function ariaSort<Item>(column: Column<Item>, value: string | undefined): 'ascending' | 'descending' | undefined {
  if (value === undefined || column.sort === undefined) return undefined;
  return value === column.sort ? 'ascending' : value === `-${column.sort}` ? 'descending' : undefined;
}

/** Reads on when the end of the list comes into sight; the button is for keyboards, and for when that failed. */
function More({ list: { query } }: { list: List<unknown> }) {
  const foot = useRef<HTMLDivElement>(null);
  const { hasNextPage, isFetchingNextPage, fetchNextPage, isFetchNextPageError } = query;
  useEffect(() => {
    if (!foot.current || !hasNextPage || isFetchingNextPage || isFetchNextPageError) return;
    const seen = new IntersectionObserver(
      (entries) => {
        if (entries.at(-1)?.isIntersecting) void fetchNextPage();
      },
      { rootMargin: '600px' },
    );
    seen.observe(foot.current);
    return () => seen.disconnect();
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);
  if (!hasNextPage) return null;
  return (
    <div className={classes.foot} ref={foot}>
      <Button size="xs" variant="subtle" color="gray" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
        {isFetchNextPageError ? 'That did not work: try again' : 'Load more'}
      </Button>
    </div>
  );
}

/** Clicks on the row itself, not on a control in it nor while text is being selected. */
function ifOnRow(event: MouseEvent<HTMLElement>, open: () => void): void {
  const target = event.target as HTMLElement;
  if (target.closest('a, button, input, label, [role="menu"], [role="dialog"]') || getSelection()?.toString()) return;
  // What a portal of this row shows (a menu, a dialog) bubbles here through React without lying in the row.
  if (!event.currentTarget.contains(target)) return;
  open();
}

function moveAmongRows(event: KeyboardEvent<HTMLElement>): void {
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  const target = event.target as HTMLElement;
  if (step === undefined || !target.matches('[data-row]')) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-row]')];
  const next = rows[rows.indexOf(target) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
