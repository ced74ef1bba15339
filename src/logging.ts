import { pino, type Logger } from 'pino';
import type { Config } from './config.js';

/** The log of a process: JSON lines on standard output, with secrets kept out. */
export function createLog(config: Pick<Config, 'logLevel'>, name: string): Logger {
  return pino({
    level: config.logLevel,
    base: { name, pid: process.pid },
    redact: {
      paths: [
        'password',
        '*.password',
        'authorization',
        '*.authorization',
        'apiKey',
        '*.apiKey',
        'req.headers.authorization',
      ],
      censor: '[secret]',
    },
  });
}
