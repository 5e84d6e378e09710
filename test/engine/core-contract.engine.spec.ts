import { describeCoreContract } from '../contract/cores/core-contract';
import { describeWithEngine, EngineCore } from './support/engine-rig';

const TRAITS = { exact: true, renders: true, hasRunner: false, embeds: true, keepsFormat: true };

describeWithEngine('the built-in engine', (rig) => {
  describeCoreContract('built-in engine', TRAITS, () => EngineCore.start(rig));
});
