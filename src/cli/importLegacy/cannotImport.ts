/** The directory or the database is not one to import from or into; the message says what to do. */
export class CannotImport extends Error {
  override name = 'CannotImport';
}
