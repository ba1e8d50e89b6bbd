import type { FieldInfo, ModelInfo } from './registry.ts';

// Models point to each other, so they are made empty first and filled afterwards. Nobody outside the boot sees a draft.

type Writable<T> = { -readonly [P in keyof T]: T[P] };

export interface ModelDraft extends Writable<ModelInfo> {
  fields: Map<string, FieldDraft>;
  stored: FieldDraft[];
  key: FieldDraft[];
  inbound: FieldDraft[];
}
export interface FieldDraft extends Writable<FieldInfo> {
  model: ModelDraft;
  target: ModelDraft | undefined;
  source: FieldDraft | undefined;
}

/** Says that something is wrong, and where in the model. */
export type Tell = (place: string, problem: string) => void;
