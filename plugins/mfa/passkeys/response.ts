import { z } from 'zod';

/** Max length of a response as JSON. Those of real authenticators have at most a few thousand characters. */
export const MAX_RESPONSE = 12_000;

const bytes = z
  .string()
  .regex(/^[\w-]+$/)
  .transform((text) => Buffer.from(text, 'base64url'));
const text = z.string().regex(/^[\w-]+$/);
const identified = { id: text.max(1_400), rawId: text.max(1_400), type: z.literal('public-key') };

/** What `navigator.credentials.create()` returns. Other properties are ignored: the user can send any. */
const registration = z.object({
  ...identified,
  response: z.object({
    clientDataJSON: text,
    attestationObject: text,
    transports: z.array(z.string()).max(20).optional(),
  }),
});
/** What `navigator.credentials.get()` returns. */
const assertion = z.object({
  ...identified,
  response: z.object({
    clientDataJSON: text,
    authenticatorData: text,
    signature: text,
    // Browsers send null if the device has returned none.
    userHandle: bytes.nullish().transform((handle) => handle ?? undefined),
  }),
});

/** The part of the client data that is needed before the library verifies all of it. */
const clientData = z.object({ challenge: bytes, crossOrigin: z.boolean().optional() });

interface WithChallenge {
  /** The challenge that the response claims to sign. */
  readonly challenge: Buffer;
  readonly credentialId: Buffer;
}
export type RegistrationResponse = WithChallenge & { readonly json: z.output<typeof registration> };
export type AssertionResponse = WithChallenge & { readonly json: z.output<typeof assertion> };

/** Parses the response to a registration; undefined if it is malformed. Nothing is verified yet. */
export function parseRegistration(sent: string | undefined): RegistrationResponse | undefined {
  return withChallenge(registration.safeParse(parseJson(sent)).data);
}

/** Parses the response of a sign-in or of a second factor; undefined if it is malformed. Nothing is verified yet. */
export function parseAssertion(sent: string | undefined): AssertionResponse | undefined {
  return withChallenge(assertion.safeParse(parseJson(sent)).data);
}

function withChallenge<R extends { readonly id: string; readonly response: { readonly clientDataJSON: string } }>(
  json: R | undefined,
): (WithChallenge & { readonly json: R }) | undefined {
  if (json === undefined) return undefined;
  const client = clientData.safeParse(parseJson(Buffer.from(json.response.clientDataJSON, 'base64url').toString()));
  // A page of another site that contains this one in a frame.
  // fault: passkey-in-foreign-frame
  if (!client.success || client.data.crossOrigin === true) return undefined;
  return { json, challenge: client.data.challenge, credentialId: Buffer.from(json.id, 'base64url') };
}

function parseJson(sent: string | undefined): unknown {
  // fault: passkey-response-without-limit
  if (sent === undefined || sent.length > MAX_RESPONSE) return undefined;
  try {
    return JSON.parse(sent);
  } catch {
    return undefined;
  }
}
