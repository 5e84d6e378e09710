import { visibleExcerpt } from '../../../mcp/visible-excerpt';
import { answered } from '../../core-on-trial';
import { type Check, failed, notMeasured, passed } from '../check';

/** It answers as an Ollama does: a version, and a list of models, which may be empty. */
export const coreProtocol: Check = {
  number: 3,
  id: 'protocol',
  ask: async ({ core, cores, signal }) => {
    if (!core || !cores) return notMeasured('it does not run');
    if (!/^v?\d+\.\d+/.test(core.version))
      return failed(`its version is ${visibleExcerpt(JSON.stringify(core.version), 60)}, which is none`);
    const models = await answered(() => cores.models(core.url, signal));
    if (!models) return failed('it does not list its models at /api/tags as an Ollama does');
    return passed(
      models.length === 0
        ? 'it answers as Ollama does, and has no model of its own'
        : `it answers as Ollama does, and has ${models.length} ${models.length === 1 ? 'model' : 'models'}`,
    );
  },
};
