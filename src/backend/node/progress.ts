/** One step of an installation. */
export interface InstallProgress {
  /** Number of the step, from 1. */
  readonly step: number;
  /** Number of all steps. */
  readonly steps: number;
  /** What is being done, for people. */
  readonly message: string;
}

/** Options of {@link installNativeBackend}. */
export interface InstallOptions {
  /**
   * Install the variant with the CUDA libraries for an NVIDIA GPU: 3.4 GB to download, 5.1 GB installed, linux-x64. Proved
   * on machines without a GPU only, where it computes on the processor. Default `false`.
   */
  readonly gpu?: boolean;
  /** Install again where it is installed, and try on platforms where it has not been proved. Default `false`. */
  readonly force?: boolean;
  /** Cache folder. Default: `LONGTAIL_CACHE`, else the user's cache folder of the system. */
  readonly cacheDir?: string;
  /** Told what is being done; nothing is printed. */
  readonly onProgress?: (progress: InstallProgress) => void;
  /** Stops the installation; nothing of it stays. */
  readonly signal?: AbortSignal;
}

/** Counts the steps of one installation. */
export class Steps {
  #step = 0;

  constructor(
    readonly steps: number,
    readonly onProgress: ((progress: InstallProgress) => void) | undefined,
  ) {}

  /** Begins the next step. */
  next(message: string): void {
    this.#step++;
    this.note(message);
  }

  /** Says more about the step under way. */
  note(message: string): void {
    this.onProgress?.({ step: Math.max(this.#step, 1), steps: this.steps, message });
  }
}
