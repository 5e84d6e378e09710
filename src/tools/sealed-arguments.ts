import { Injectable } from '@nestjs/common';
import { PostIdKey } from '../journal/post-id';
import { Random } from '../shared/random';
import { SecretBox } from './secret-box';

/** `!config NAME KEY VALUE`, a mention before it or not; the value may have several lines. */
const TELLS_A_VALUE = /^(\s*(?:@\S+[\s,:]+)?!config\s+\S+\s+\S+\s+)(\S[\s\S]*)$/i;
const MARK = 'sealed:';

/** A value that somebody tells is sealed before the message that holds it is written down anywhere. */
@Injectable()
export class SealedArguments {
  private readonly box: SecretBox;

  constructor(random: Random, key: PostIdKey) {
    this.box = new SecretBox(key.keyFor('command arguments'), random);
  }

  /** @returns the text as it may be kept; any other than that of such a command as it is */
  seal(text: string, messageId: string): string {
    const [, head, value] = TELLS_A_VALUE.exec(text) ?? [];
    if (head === undefined || value === undefined) return text;
    return `${head}${MARK}${this.box.seal(value.trimEnd(), messageId)}`;
  }

  /** @returns the value as it was told; undefined where the words are none of that message */
  open(words: readonly string[], messageId: string): string | undefined {
    const [word = '', ...more] = words;
    if (more.length > 0 || !word.startsWith(MARK)) return undefined;
    return this.box.open(word.slice(MARK.length), messageId);
  }
}
