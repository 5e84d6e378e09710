import type { CheckStatus } from './trial-report';

/** What a check found. `detail`: for people, in one sentence. */
export interface Finding {
  status: Exclude<CheckStatus, 'skipped'>;
  detail: string;
  evidence?: string[];
}
