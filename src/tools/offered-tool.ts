import type { ComponentLock, LockedTool } from '../component-registry/installed/component-lock';
import type { OfferedComponent } from '../component-registry/installed/installed-component';
import { blockOf } from '../component-registry/manifest/manifest';
import type { ToolDefinition } from '../ollama/ollama-api';
import { ollamaSchema } from './ollama-schema';
import { nameTools } from './tool-names';

/** A tool of an installed component, as a room may use it. All its text is our copy from the lock, never the live one. */
export interface OfferedTool {
  /** Unique among all that are offered, as the model says it. */
  name: string;
  /** Full name of the component. */
  component: string;
  /** For people. */
  title: string;
  tool: string;
  lock: ComponentLock;
  locked: LockedTool;
  definition: ToolDefinition;
}

/** Every tool a room may use, by name. Of a canary only those that read. */
export function offeredTools(components: readonly OfferedComponent[]): Map<string, OfferedTool> {
  const places = components.flatMap(({ name: component, lock, canary }) =>
    lock.tools
      .filter(({ effect }) => !canary || effect === 'read')
      .map((locked) => ({ component, tool: locked.name, lock, locked })),
  );
  const tools = new Map<string, OfferedTool>();
  for (const [name, place] of nameTools(places)) {
    const { locked, lock, component } = place;
    const definition = {
      name,
      description: locked.description,
      parameters: ollamaSchema(locked.inputSchema),
    };
    const title = lock.manifest.title ?? component.split('/').at(-1) ?? component;
    tools.set(name, { name, ...place, title, definition });
  }
  return tools;
}

/** What people say who need the component: its phrases in all languages. */
export function phrasesOf({ manifest }: ComponentLock): { intents: string[]; examples: string[] } {
  const { intents = {}, examples = {}, descriptions = {} } = blockOf(manifest);
  return {
    intents: [...Object.values(intents).flat(), ...Object.values(descriptions)],
    examples: Object.values(examples).flat(),
  };
}
