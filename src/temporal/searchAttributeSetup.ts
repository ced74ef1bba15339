import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { searchAttributes } from '../domain/searchAttributes.js';

/** The namespace lacks Search Attributes and this client may not add them. The message holds the command that adds them. */
export class SearchAttributesMissing extends Error {
  override name = 'SearchAttributesMissing';
}

/**
 * Makes sure that the namespace knows our Search Attributes, adding those that are absent. Safe to call from every process.
 * @throws SearchAttributesMissing where they must be added by hand (Temporal Cloud).
 */
export async function ensureSearchAttributes(client: Client): Promise<void> {
  const names = Object.values(searchAttributes).map((key) => key.name);
  const operator = client.connection.operatorService;
  const namespace = client.options.namespace;
  const known = await operator.listSearchAttributes({ namespace });
  const missing = names.filter((name) => !(name in (known.customAttributes ?? {})));
  if (missing.length === 0) return;
  try {
    await operator.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(
        missing.map((name) => [name, proto.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD]),
      ),
    });
  } catch (error) {
    // Another process may have added them in the meantime.
    const again = await operator.listSearchAttributes({ namespace });
    const stillMissing = names.filter((name) => !(name in (again.customAttributes ?? {})));
    if (stillMissing.length === 0) return;
    throw new SearchAttributesMissing(
      `Namespace ${namespace} lacks the search attributes ${stillMissing.join(', ')}, and they could not be added (${(error as Error).message}). ` +
        `Add them by hand: temporal operator search-attribute create ${stillMissing.map((n) => `--name ${n} --type Keyword`).join(' ')}`,
    );
  }
}
