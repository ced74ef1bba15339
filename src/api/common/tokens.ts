/** Injection tokens of what the process gives the API. Nest's type-based injection is not used: tokens survive any compiler. */
export const CONFIG = Symbol('Config');
export const DATABASE = Symbol('Database');
/** A `Client` of @temporalio/client whose connection may be down. */
export const TEMPORAL = Symbol('TemporalClient');
export const LOGGER = Symbol('Logger');
/** Encrypts stored passwords (src/mail/secrets.ts). */
export const SECRETS = Symbol('SecretBox');
/** `Runs` of src/temporal/runs.ts: starts and steers executions. */
export const RUNS = Symbol('Runs');
/** `ScheduleSync` of src/temporal/scheduleSync.ts: brings a Schedule to what its automation's row wants. */
export const SCHEDULE_SYNC = Symbol('ScheduleSync');
/** `Preparation` of preparation.ts: whether the database is ready. */
export const PREPARATION = Symbol('Preparation');
