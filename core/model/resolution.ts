import type { ReportProblem } from '../errors/boot.ts';
import type { DeclaredField } from './declared-field.ts';
import type { FieldInfo, ModelInfo } from './field-type.ts';
import type { FieldTypeRegistry } from './field-type-registry.ts';
import type { AnyModel } from './model.ts';

// Models refer to each other, so they are created empty and filled in afterwards. Outside startup they are read-only.

type Mutable<T> = { -readonly [P in keyof T]: T[P] };

export interface MutableModel extends Mutable<ModelInfo> {
  fields: Map<string, MutableField>;
  stored: MutableField[];
  key: MutableField[];
  inbound: MutableField[];
}
export interface MutableField extends Mutable<FieldInfo> {
  model: MutableModel;
  target: MutableModel | undefined;
  source: MutableField | undefined;
}

/** The state that the steps of `buildModels` share. */
export interface Resolution {
  readonly models: Map<AnyModel, MutableModel>;
  /** Each field as it was declared. */
  readonly declared: Map<MutableField, DeclaredField>;
  readonly types: FieldTypeRegistry;
  readonly report: ReportProblem;
}
