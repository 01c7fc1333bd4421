/**
 * Base of every error this package throws on purpose: where it happened, what was expected, what came, what to do.
 *
 * The message reads `where: expected EXPECTED, got GOT. HINT`.
 */
export class LongtailError extends Error {
  /** Name of the class. */
  override readonly name: string = 'LongtailError';

  /**
   * @param where The function, file (with offset) or option that refuses.
   * @param expected What would have been accepted.
   * @param got What came instead; shown through `String`.
   * @param hint What the reader can do about it.
   * @param options The underlying error as `cause`.
   */
  constructor(
    readonly where: string,
    readonly expected: string,
    readonly got: unknown,
    readonly hint?: string,
    options?: ErrorOptions,
  ) {
    super(`${where}: expected ${expected}, got ${String(got)}${hint ? `. ${hint}` : ''}`, options);
  }
}

/** An argument of a function or an option has the wrong shape, type, length or range. */
export class InvalidArgumentError extends LongtailError {
  /** Name of the class. */
  override readonly name = 'InvalidArgumentError';
}

/** A run configuration or a command line is not valid. */
export class ConfigError extends LongtailError {
  /** Name of the class. */
  override readonly name = 'ConfigError';
}

/** A data file is not what its format says: wrong size, truncated, a label out of range, a wrong checksum. */
export class DataFormatError extends LongtailError {
  /** Name of the class. */
  override readonly name = 'DataFormatError';
}

/** A file could not be fetched: offline, not found, interrupted too often. */
export class DownloadError extends LongtailError {
  /** Name of the class. */
  override readonly name = 'DownloadError';
}

/** A backend is missing, could not be installed or does not do what was asked. */
export class BackendError extends LongtailError {
  /** Name of the class. */
  override readonly name = 'BackendError';
}

/** A checkpoint is missing, damaged or belongs to another model or run. */
export class CheckpointError extends LongtailError {
  /** Name of the class. */
  override readonly name = 'CheckpointError';
}

/** A run folder cannot be created, continued or written. */
export class RunFolderError extends LongtailError {
  /** Name of the class. */
  override readonly name = 'RunFolderError';
}

/** Training produced a loss that is not a finite number. */
export class DivergenceError extends LongtailError {
  /** Name of the class. */
  override readonly name = 'DivergenceError';
}

/** A replica of a training run could not be started, died, or no longer agrees with the others. */
export class ReplicaError extends LongtailError {
  /** Name of the class. */
  override readonly name = 'ReplicaError';
}
