interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

const mostPages = 10;

/** What a field chooses from: the items of a list, page after page, at most 5,000 of them. Read with `limit: 500`. */
export async function allOf<Item>(read: (cursor: string | undefined) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const answer = await read(cursor);
    items.push(...answer.items);
    if (answer.nextCursor === null) break;
    cursor = answer.nextCursor;
  }
  return items;
}
