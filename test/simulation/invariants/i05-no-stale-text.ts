import { questionsIn } from '../world/answers';
import type { Post } from '../world/ledger';
import type { World } from '../world/world';
import type { Invariant, Verdict } from './invariant';

/** What was on its way when a question was stopped may still come. */
const ON_ITS_WAY_MS = 30_000;
const WORD = /^q(\d+)v(\d+)w(\d+)\.?$/;
const SIGNS = /[▍⤵]/g;

/** I5: nothing is posted for a question that is over, and what is posted is one core's text, unbroken, of one version. */
export const NO_STALE_TEXT: Invariant = {
  name: 'I5 nothing posted from a stale attempt',

  onPost({ ledger, clock }: World, post: Post): Verdict {
    const { text } = post.message;
    const [number, other] = questionsIn(text);
    if (number === undefined) return undefined;
    if (other !== undefined) return `${post.message.id} mixes the answers to q${number} and q${other}`;
    const row = ledger.rows.get(ledger.byNumber.get(number)?.id ?? '');
    if (!row) return `q${number} is answered and not in the journal`;
    if (row.state === 'posted' && text !== post.texts.at(-2))
      return `the answer to ${row.id} changed after it was finished: ${text}`;
    if (row.state === 'rejected' || row.state === 'ignored')
      return `${row.id} is ${row.state}, and is answered`;
    const over = row.finishedAt !== undefined && clock.now() - row.finishedAt > ON_ITS_WAY_MS;
    if (over && row.state !== 'posted') return `${row.id} has been ${row.state} for long, and is answered`;
    return broken(text, post.message.id);
  },
};

/** The last word of a core may be half of one, and what follows it is our own. */
function broken(text: string, id: string): Verdict {
  const words = text.replace(SIGNS, ' ').trim().split(/\s+/);
  let expected = (words[0] ?? '').replace(/\.$/, '');
  for (const [index, word] of words.entries()) {
    const [, number = '', version = '', place = ''] = WORD.exec(word) ?? [];
    if (place === '' || word.replace(/\.$/, '') !== expected) {
      const half = index > 0 && `${expected}.`.startsWith(word);
      const rest = words.slice(half || place === '' ? index + 1 : index);
      const ours = half || !/^q\d/.test(word) || index === 0;
      return ours && !rest.some((each) => WORD.test(each))
        ? undefined
        : `${id} has ${word} where ${expected} belongs: ${text}`;
    }
    expected = `q${number}v${version}w${Number(place) + 1}`;
  }
  return undefined;
}
