import type { ChatServerValues, ServiceValues } from './catalogue';

/** The words of one language for {@link statusChatServer}. */
export interface ChatServerWords {
  name: string;
  notAsked: string;
  answers: string;
  silent(since: string): string;
  untested: string;
  readOnly: string;
  readOnlySoon(days: number): string;
  account(code: string): string;
}

/** The chat server's line of `!status`: whether it answers, then what somebody has to see to. */
export function statusChatServer(values: ChatServerValues, words: ChatServerWords): string {
  const { version, tested, asked, silentSince, readOnly, readOnlyInDays, accountProblem } = values;
  const said = [silentSince ? words.silent(silentSince) : asked ? words.answers : words.notAsked];
  if (tested === false) said.push(words.untested);
  if (readOnly) said.push(words.readOnly);
  else if (readOnlyInDays !== undefined) said.push(words.readOnlySoon(readOnlyInDays));
  if (accountProblem) said.push(words.account(accountProblem));
  return `- ${words.name}${version ? ` (Rocket.Chat ${version})` : ''}: ${said.join(', ')}`;
}

/** The words of one language for {@link serviceWords}. */
export interface ServiceWords {
  well: string;
  unknown: string;
  unwell: string;
  since(stamp: string): string;
}

/** How a watched service is, and why. An engine that tells nothing does not make it well. */
export function serviceWords(service: ServiceValues, words: ServiceWords): string {
  const { name, state, well, silentSince, reason } = service;
  if (well) return `${name} ${state === 'unknown' ? words.unknown : words.well}`;
  const since = silentSince === undefined ? '' : ` ${words.since(silentSince)}`;
  return `${name} ${words.unwell}${since}${reason === undefined ? '' : ` (${reason})`}`;
}
