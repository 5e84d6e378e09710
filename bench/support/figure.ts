export interface Options {
  /** Interleaved runs of every variant. */
  runs: number;
  /** Trials of each fault. */
  trials: number;
  /** A proof that the programs work: fewer and shorter runs, whose figures mean little. */
  quick: boolean;
  /** Tells how far it is. */
  say: (line: string) => void;
}

/** What must hold; `of` says which value is judged. */
export interface Target {
  of: 'median' | 'p99' | 'worst';
  most?: number;
  least?: number;
}

/** One quantity; a value per run, or per trial. */
export interface Measure {
  name: string;
  unit: string;
  values: number[];
  target?: Target;
  /** Why a missed target was missed, as far as it is known; shown only then. */
  cause?: string;
}

/** One question about speed or size, in a file of its own. */
export interface Figure {
  name: string;
  title: string;
  /** What is measured, from where to where, and with what; goes into docs/figures.md. */
  definition: string;
  /** @throws Error that says what is missing, where it cannot be measured on this machine. */
  measure: (options: Options) => Promise<Measure[]>;
}
