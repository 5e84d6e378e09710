import type { ToolDefinition } from '../ollama/ollama-api';

/** Names of ours have no `__`, so that no component can take one. */
export const REQUEST_CAPABILITY = 'request_capability';
export const READ_ON = 'read_on';

/**
 * Always offered: how a model says that it lacks something. It only writes the need down. Installing, approving and changing
 * rights are not tools, and none of ours does them.
 */
export const CAPABILITY_TOOL: ToolDefinition = {
  name: REQUEST_CAPABILITY,
  description:
    'Call this when you cannot answer because no tool you have fits. It notes what is missing for the administrators; it gives you nothing now.',
  parameters: {
    type: 'object',
    properties: {
      capability: { type: 'string', description: 'What is missing, in a few words.' },
      inputs: { type: 'string', description: 'What it would be given.' },
      why: { type: 'string', description: 'What it is needed for.' },
    },
    required: ['capability'],
  },
};

/** Offered once a result was cut. */
export const READ_ON_TOOL: ToolDefinition = {
  name: READ_ON,
  description: 'Reads on in a result that was too long, from where it was cut.',
  parameters: {
    type: 'object',
    properties: {
      handle: { type: 'string', description: 'As the cut result names it.' },
      offset: { type: 'integer', description: 'Characters to leave out.' },
    },
    required: ['handle', 'offset'],
  },
};

export const BUILT_IN_SCHEMAS: Record<string, unknown> = {
  [REQUEST_CAPABILITY]: CAPABILITY_TOOL.parameters,
  [READ_ON]: READ_ON_TOOL.parameters,
};
