/** One bug planted in the product: in `file` the only occurrence of `find` gives way to `replace`. */
export interface Mutant {
  name: string;
  folder: 'intake' | 'lanes' | 'generation' | 'outbox' | 'failover' | 'repair' | 'membership';
  file: string;
  find: string;
  replace: string;
}
