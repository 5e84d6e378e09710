import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { ContainerSpec } from './container-engine';
import type { ProgramResolver, ResolvedProgram } from './program-resolver';

const PROGRAMS: Record<string, string> = {
  core: 'embedded/core/main.js',
  'chat-server': 'embedded/chat-server/main.js',
};
const OLLAMA_PLACES = [
  '/usr/local/bin',
  '/usr/bin',
  '/opt/homebrew/bin',
  '/Applications/Ollama.app/Contents/Resources',
];

/** How Ollama reaches the model library, and finds its graphics cards; the rest of our environment is not its business. */
const OLLAMA_READS = [/^(https?|no)_proxy$/i, /^(CUDA|HIP|HSA|ROCR|GGML|OLLAMA)_/, /^LD_LIBRARY_PATH$/];
/** Where cores listen is settled here; addresses of external ones may hold a password. */
const OLLAMA_NEVER = /^OLLAMA_(HOST$|URL_)/;

/** The embedded profile's images: our own compiled programs, and the `ollama` program of this machine. */
export class EmbeddedPrograms implements ProgramResolver {
  constructor(
    /** Folder of the compiled code. */
    private readonly codeDir: string,
    private readonly searchPath: string,
    /** Our own environment; Ollama gets its proxy, GPU and OLLAMA_ variables, the other programs get none. */
    private readonly environment: Readonly<Record<string, string | undefined>> = {},
  ) {}

  async resolve({ image }: ContainerSpec): Promise<ResolvedProgram> {
    const program = PROGRAMS[image];
    if (program)
      return {
        command: process.execPath,
        args: [join(this.codeDir, program)],
        env: { EXIT_ON_STDIN_EOF: '1' },
      };
    if (image === 'ollama') {
      const command = await this.findOllama();
      if (!command)
        throw new Error('The program "ollama" is not on PATH. Install Ollama, or set RDZEN_CORE=scripted.');
      return { command, args: ['serve'], env: this.ollamaEnvironment() };
    }
    throw new Error(
      `There is no embedded program "${image}". Known: ${[...Object.keys(PROGRAMS), 'ollama'].join(', ')}.`,
    );
  }

  private ollamaEnvironment(): Record<string, string> {
    const passed: Record<string, string> = {};
    for (const [name, value] of Object.entries(this.environment)) {
      if (value === undefined || OLLAMA_NEVER.test(name)) continue;
      if (OLLAMA_READS.some((pattern) => pattern.test(name))) passed[name] = value;
    }
    return passed;
  }

  /** Where Ollama is installed; undefined where it is not. */
  async findOllama(): Promise<string | undefined> {
    for (const folder of [...this.searchPath.split(delimiter).filter(Boolean), ...OLLAMA_PLACES]) {
      const candidate = join(folder, 'ollama');
      const usable = await access(candidate, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (usable) return candidate;
    }
    return undefined;
  }
}
