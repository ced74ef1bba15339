import 'reflect-metadata';
import { Client, Connection } from '@temporalio/client';
import type { OpenAPIObject } from '@nestjs/swagger';
import { pino } from 'pino';
import { loadConfig } from '../config.js';
import { openDatabase } from '../ledger/database.js';
import { createApp } from './app.js';

/**
 * The OpenAPI document of the API as it is built, without PostgreSQL or Temporal: both are opened lazily and never asked. It names the
 * session cookie of an http address; nothing else in it depends on the configuration.
 */
export async function openApiDocument(): Promise<OpenAPIObject> {
  const nowhere = 'postgres://nobody@127.0.0.1:1/none';
  const config = loadConfig({ DATABASE_URL: nowhere, ONCEMAIL_SECRET_KEY: 'makes no secret of anything' });
  const database = openDatabase({ url: nowhere });
  const connection = Connection.lazy({ address: '127.0.0.1:1' });
  const app = await createApp({
    config,
    database,
    temporal: new Client({ connection }),
    logger: pino({ level: 'silent' }),
  });
  try {
    const answer = await app.inject({ method: 'GET', url: '/api/openapi.json' });
    return JSON.parse(answer.body) as OpenAPIObject;
  } finally {
    await app.close();
    await connection.close();
    await database.close();
  }
}
