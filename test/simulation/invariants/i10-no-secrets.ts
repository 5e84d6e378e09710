import { SOCKET_TOKEN } from '../world/chat-account';
import { PASSWORD, POST_SECRET } from '../world/gateway';
import { PRIVATE_THOUGHT } from '../world/people';
import type { Invariant, Verdict } from './invariant';

const SECRETS: Readonly<Record<string, string>> = {
  'the password': PASSWORD,
  'the token': SOCKET_TOKEN,
  'the key of the post ids': POST_SECRET.toString('hex'),
  'the key of the post ids, raw': POST_SECRET.toString(),
  'what a person wrote': PRIVATE_THOUGHT,
};

/** I10: no line of the log holds a secret, or what people said. */
export const NO_SECRETS: Invariant = {
  name: 'I10 no secret in the log',

  onLine(line: string): Verdict {
    const [what] = Object.entries(SECRETS).find(([, secret]) => line.includes(secret)) ?? [];
    return what && `${what} is in the log: ${line}`;
  },
};
