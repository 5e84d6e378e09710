import type { ContainerCreateOptions } from 'dockerode';
import { RdzenError } from '../../shared/rdzen-error';
import type { ComponentImage } from '../component-containers';

const SHELL = '/bin/sh';
const PAGE = 4_096;
const ROOM = 64 * 1024;
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
/** Of the script: what was sent is not what it expects. */
const BROKEN_OFF = 96;

/**
 * Runs before the component's own program and becomes it. It reads one line for each secret from standard input, byte by
 * byte, so that nothing of what is said afterwards is swallowed; writes each value to a file only its user may read;
 * exports NAME and NAME_FILE; and goes on with the program. Plain POSIX, builtins alone but for mkdir.
 */
const SCRIPT = `umask 077
mkdir /run/secrets || exit ${BROKEN_OFF}
while :; do
  IFS= read -r rdzen_line || exit ${BROKEN_OFF}
  [ "$rdzen_line" != . ] || break
  rdzen_name=\${rdzen_line%% *}
  rdzen_value=$(printf '%bx' "\${rdzen_line#* }")
  rdzen_value=\${rdzen_value%x}
  (umask 377; printf %s "$rdzen_value" > "/run/secrets/$rdzen_name") || exit ${BROKEN_OFF}
  export "\${rdzen_name}=$rdzen_value" "\${rdzen_name}_FILE=/run/secrets/$rdzen_name"
done
unset rdzen_line rdzen_name rdzen_value
umask 022
exec "$@"`;

/**
 * The create call of a component that is told secrets: nothing of them is in it, since whoever may inspect a container
 * reads all of that. They go through its standard input, into files that no disk ever sees.
 *
 * @param image its own program, which the script goes on with
 */
export function withHandover(
  options: ContainerCreateOptions,
  secrets: Record<string, string>,
  { entrypoint, cmd }: ComponentImage,
): ContainerCreateOptions {
  const program = [...entrypoint, ...(options.Cmd ?? cmd)];
  const bytes = Object.values(secrets).reduce(
    (sum, value) => sum + Math.ceil(Buffer.byteLength(value) / PAGE) * PAGE + PAGE,
    ROOM,
  );
  const [uid, gid] = (options.User ?? '').split(':');
  return {
    ...options,
    Entrypoint: [SHELL, '-c', SCRIPT, 'rdzen-secrets'],
    Cmd: program,
    HostConfig: {
      ...options.HostConfig,
      Tmpfs: {
        ...options.HostConfig?.Tmpfs,
        '/run': `rw,noexec,nosuid,nodev,size=${Math.ceil(bytes / 1024)}k,mode=0700,uid=${uid},gid=${gid}`,
      },
    },
  };
}

/**
 * What the script reads: a line `NAME VALUE` for each secret, then a point. Every byte that is no letter or digit goes as
 * an octal escape of `printf %b` (POSIX), so that values come through exactly, whatever is in them.
 *
 * @throws RdzenError COMPONENT_SETTING_INVALID of a name that is none of a variable
 */
export function handoverLines(secrets: Record<string, string>): string {
  const lines = Object.entries(secrets).map(([name, value]) => {
    if (NAME.test(name)) return `${name} ${octal(value)}\n`;
    throw new RdzenError(
      'COMPONENT_SETTING_INVALID',
      `The secret "${name.slice(0, 64)}" cannot be handed over: its name is none of an environment variable (letters, digits and underscores, no digit first). Its manifest has to be mended.`,
    );
  });
  return `${lines.join('')}.\n`;
}

function octal(value: string): string {
  let escaped = '';
  for (const byte of Buffer.from(value, 'utf8')) {
    const character = String.fromCharCode(byte);
    escaped += /[A-Za-z0-9]/.test(character) ? character : `\\0${byte.toString(8).padStart(3, '0')}`;
  }
  return escaped;
}
