import type { Language } from '../config/settings';
import type { Question } from '../journal/journal.types';
import type { CoreMessage } from '../ollama/ollama-api';
import type { ToolShelf } from '../tools/tool-shelf';

/** What a turn with tools goes from. */
export interface LoopTurn {
  question: Question;
  language: Language;
  shelf: ToolShelf;
  system: CoreMessage;
  /** The question as the core is told it; it is never dropped. */
  asked: CoreMessage;
  history: readonly CoreMessage[];
}
