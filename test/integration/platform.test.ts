import { Connection } from '@temporalio/client';
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { type Platform, startPlatform } from '../support/platform.js';

const platforms: Platform[] = [];
afterAll(async () => {
  for (const platform of platforms) await platform.close();
});

describe('the platform of the tests', () => {
  it('gives each caller a database and a namespace of its own', async () => {
    platforms.push(...(await Promise.all([startPlatform(), startPlatform()])));
    const [a, b] = platforms as [Platform, Platform];
    expect(a.databaseUrl).not.toBe(b.databaseUrl);
    expect(a.namespace).not.toBe(b.namespace);
    const client = new pg.Client({ connectionString: a.databaseUrl });
    await client.connect();
    const { rows } = await client.query<{ exists: boolean }>(`SELECT to_regclass('runs') IS NOT NULL AS exists`);
    await client.end();
    expect(rows[0]?.exists).toBe(true);
  });

  it('knows the search attributes in every namespace', async () => {
    const [platform] = platforms as [Platform];
    const connection = await Connection.connect({ address: platform.temporalAddress });
    try {
      const { customAttributes } = await connection.operatorService.listSearchAttributes({
        namespace: platform.namespace,
      });
      expect(Object.keys(customAttributes ?? {})).toEqual(
        expect.arrayContaining(['OncemailAutomationId', 'OncemailCampaignId', 'OncemailRunId', 'OncemailStatus']),
      );
    } finally {
      await connection.close();
    }
  });
});
