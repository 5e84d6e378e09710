import type { Finding } from '../finding';
import type { TrialScene } from '../trial-scene';

/** One question that a trial asks. */
export interface Check {
  /** Its place in the order, and its name for people. */
  number: number;
  id: string;
  /** Asked also after a failure, of what has run. */
  always?: true;
  /** @throws whatever went wrong with the engine; what the component does wrong is a finding */
  ask(scene: TrialScene): Promise<Finding>;
}

export const passed = (detail: string): Finding => ({ status: 'passed', detail });
export const failed = (detail: string, evidence?: string[]): Finding => found('failed', detail, evidence);
export const warned = (detail: string, evidence?: string[]): Finding => found('warned', detail, evidence);
export const review = (detail: string, evidence?: string[]): Finding => found('review', detail, evidence);
export const notMeasured = (detail: string): Finding => ({ status: 'not-measured', detail });

function found(status: 'failed' | 'warned' | 'review', detail: string, evidence?: string[]): Finding {
  return { status, detail, ...(evidence && evidence.length > 0 ? { evidence } : {}) };
}
