import { type Check, notMeasured } from './check';

/** Whether a model would choose the right tool for what people say: asked of the sandbox's own core, never of a core of people's. */
export const modelFit: Check = {
  number: 16,
  id: 'model-fit',
  ask: async (scene) => {
    if (!scene.model) return notMeasured('no core of the sandbox is set (OLLAMA_URL)');
    return scene.model.ask(scene);
  },
};
