import { type Check, notMeasured } from './check';

/** Whether a model would choose the right tool for what people say. No model is asked yet, and the report says so. */
export const modelFit: Check = {
  number: 16,
  id: 'model-fit',
  ask: () => Promise.resolve(notMeasured('no model is asked yet which tool it would choose')),
};
