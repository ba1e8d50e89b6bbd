import { koaBody } from 'koa-body';
import { RustioError } from '../errors.ts';
import type { Bytes, Context, ContextMiddleware } from './context.ts';
import { decodeForm, type Form } from './form.ts';
import type { Route } from './router.ts';

const FORM_TYPE = 'application/x-www-form-urlencoded';
const DEFAULT_SIZE: Bytes = '1 MB';
const DEFAULT_FIELDS = 5_000;

/**
 * Reads what was posted, now that the route wants it: forms only, within the route's limits. koa-body reads the bytes; its
 * nested parser is kept from seeing more than one field, and our own makes flat names from the raw text.
 */
export function readBody(): ContextMiddleware {
  const readers = new WeakMap<Route, (ctx: Context) => Promise<Form>>();
  return async (ctx, next) => {
    const { route } = ctx.state;
    if (route?.method === 'POST') {
      let read = readers.get(route);
      if (!read) {
        read = readerFor(route);
        readers.set(route, read);
      }
      ctx.state.form = await read(ctx);
    }
    await next();
  };
}

function readerFor(route: Route): (ctx: Context) => Promise<Form> {
  const size = route.options.body?.form ?? DEFAULT_SIZE;
  const fields = route.options.body?.fields ?? DEFAULT_FIELDS;
  const parse = koaBody({
    urlencoded: true,
    json: false,
    text: false,
    multipart: false,
    formLimit: bytesOf(size),
    includeUnparsed: true,
    queryString: { parameterLimit: 1, depth: 0, allowDots: false },
  });
  return async (ctx) => {
    if (!ctx.is(FORM_TYPE)) {
      if (ctx.request.length === 0 || ctx.request.length === undefined) return emptyForm();
      throw wrongType();
    }
    try {
      await parse(ctx, async () => {});
    } catch (error) {
      throw isTooLarge(error) ? tooLarge(size) : unreadable(error);
    }
    // koa-body puts the raw text there when asked (`includeUnparsed`); its types do not know.
    const raw: unknown = Reflect.get(ctx.request, 'rawBody');
    const form = decodeForm(typeof raw === 'string' ? raw : '', fields);
    if (!form) throw tooManyFields(fields);
    return form;
  };
}

function emptyForm(): Form {
  return { get: () => undefined, all: () => [], has: () => false, names: () => [] };
}

function bytesOf(size: Bytes): number {
  const [amount, unit] = size.split(' ');
  return Number(amount) * (unit === 'MB' ? 1_000_000 : 1_000);
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'type' in error && error.type === 'entity.too.large';
}

function tooLarge(size: Bytes): RustioError {
  return new RustioError(
    'RIO-HTTP-TOO-LARGE',
    {
      problem: 'What was sent is too large.',
      why: `This form takes at most ${size}.`,
      fix: 'Send less at once.',
      retry: 'After making it smaller.',
    },
    { status: 413 },
  );
}

function tooManyFields(most: number): RustioError {
  return new RustioError(
    'RIO-HTTP-TOO-MANY-FIELDS',
    {
      problem: 'The form has too many fields.',
      why: `This form takes at most ${most}.`,
      fix: 'Send less at once.',
      retry: 'After making it smaller.',
    },
    { status: 413 },
  );
}

function wrongType(): RustioError {
  return new RustioError(
    'RIO-HTTP-MEDIA',
    {
      problem: 'What was sent is of a kind that this address does not take.',
      why: `It takes forms (${FORM_TYPE}) only.`,
      fix: 'Use the form of the page.',
      retry: 'With the right kind.',
    },
    { status: 415 },
  );
}

function unreadable(cause: unknown): RustioError {
  return new RustioError(
    'RIO-HTTP-BODY',
    {
      problem: 'What was sent could not be read.',
      why: 'It ended early, or it is not encoded as it says.',
      fix: 'Send the form again.',
      retry: 'At once.',
    },
    { status: 400, cause },
  );
}
