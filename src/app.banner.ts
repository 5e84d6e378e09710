import type { Prepared } from './app.setup';
import type { EngineProblem } from './core-registry/core-preparation';
import type { Core } from './core-registry/core.types';

const KINDS: Record<Core['kind'], string> = {
  ollama: 'Ollama',
  engine: 'built-in engine',
  scripted: 'scripted stand-in',
  external: 'Ollama, not run by Rdzen',
};

/** Said when what was fetched in the background could not be had. */
export function problemBanner(problem: EngineProblem): string {
  return ['', ...problemLines(problem), ''].join('\n');
}

function problemLines({ reason, remedy }: EngineProblem): string[] {
  return [
    '  No language model answers: the cores are scripted stand-ins, which say so.',
    `  Why:     ${reason}`,
    `  Remedy:  ${remedy}`,
  ];
}

/** What a person needs to know in the first minute. */
export function banner(
  prepared: Prepared,
  cores: readonly Core[],
  listensAt: string,
  keyFile: string,
): string {
  const { chat, cores: launched } = prepared;
  const {
    RDZEN_URL: apiUrl = listensAt,
    RDZEN_CHAT_URL: chatUrl = chat.url,
    ROCKETCHAT_ADMIN_USER: admin,
    ROCKETCHAT_ADMIN_PASSWORD_FILE: passwordFile,
  } = prepared.foundations.settings;
  const active = cores.find(({ role }) => role === 'active');
  const lines = [
    '',
    '  Rdzen is up.',
    '',
    `  Chat page    ${chat.embedded ? chat.url : `${chatUrl}  (not run by Rdzen)`}`,
    ...(!chat.embedded && admin !== undefined && passwordFile !== undefined
      ? [`  Chat admin   ${admin}, password in ${passwordFile}`]
      : []),
    `  API          ${apiUrl}`,
    `  Swagger UI   ${apiUrl}/docs`,
    ...cores.map((core) => {
      const pid = core.conditions.has('stopped')
        ? ', stopped by an administrator'
        : core.pid === undefined
          ? ''
          : `, pid ${core.pid}`;
      return `  Core ${core.id}       ${core.role.padEnd(7)}  ${KINDS[core.kind]}, ${core.url}${pid}`;
    }),
    `  Model        ${launched.profile.model}${launched.lacking.length > 0 || prepared.engineSource ? '  (being fetched; questions wait for it)' : ''}`,
    `  Admin key    in ${keyFile}`,
    '',
  ];
  if (prepared.engineProblem) lines.push(...problemLines(prepared.engineProblem), '');
  else if (active?.kind === 'scripted') {
    lines.push(
      '  Install Ollama, or set OLLAMA_URL_CORE1 and OLLAMA_URL_CORE2, to have a real model answer.',
      '',
    );
  }
  if (active?.pid !== undefined) {
    lines.push(
      '  Try this: open the chat page, choose "Ask the assistant", ask for a long story, and while it answers run',
      `    kill -9 ${active.pid}`,
      '  The other core finishes the answer.',
      '',
    );
  }
  return lines.join('\n');
}
