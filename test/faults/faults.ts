// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of the source
import type { Fault } from './fault.ts';

/** What must not go unnoticed. `docs/testing.md` tells how to add one. */
export const faults: readonly Fault[] = [
  // ── the request
  {
    name: 'a verdict of the access judges is not heeded',
    file: 'core/http/access.ts',
    from: "if (verdict === 'forbidden') throw forbidden();",
    to: '',
    tests: ['laws/closed-by-default.test.ts'],
  },
  {
    name: 'gates stand open',
    file: 'core/http/access.ts',
    from: '!gate.passes(ctx),',
    to: 'false,',
    tests: ['laws/gates.test.ts'],
  },
  {
    name: 'a form needs no token',
    file: 'core/http/form-token.ts',
    from: 'if (asked && !formTokenMatches(formSecret, form?.get(FORM_TOKEN))) throw wrongToken();',
    to: '',
    tests: ['core/http/form-token.test.ts'],
  },
  {
    name: 'a form may come from anywhere',
    file: 'core/http/origin.ts',
    from: 'if (!SAFE.has(ctx.method) && !comesFromUs(ctx, urls.publicOrigin, byHost)) throw foreignOrigin();',
    to: '',
    tests: ['core/http/origin.test.ts'],
  },
  {
    name: 'an Origin of somebody else is not heeded where the browser says that it is here',
    file: 'core/http/origin.ts',
    from: "return origin === '' || origin === publicOrigin || (byHost && hostOf(origin) === ctx.get('host'));",
    to: 'return true;',
    tests: ['core/http/origin.test.ts'],
  },
  {
    name: 'in production any Host is ours',
    file: 'core/http/origin.ts',
    from: 'const byHost = !environment.production || (environment.publicUrl ?? config.publicUrl) === undefined;',
    to: 'const byHost = true;',
    tests: ['core/http/origin.test.ts'],
  },
  {
    name: 'a form may take for ever to arrive',
    file: 'core/http/body-parser.ts',
    from: 'const late = setTimeout(() => ctx.req.destroy(), timeout);',
    to: 'const late = setTimeout(() => {}, timeout);',
    tests: ['core/serve.test.ts'],
  },
  {
    name: 'one reader may use every connection',
    file: 'core/limiter.ts',
    from: 'if (turn !== undefined) await turn;',
    to: '',
    tests: ['core/query/turns.test.ts'],
  },
  {
    name: 'a search in nothing that the reader may see is taken',
    file: 'core/query/parse-ask.ts',
    from: "problems.push({ name: 'q', why: 'unknown' });",
    to: '{}',
    tests: ['core/query/rows.test.ts', 'core/query/ask.test.ts'],
  },
  {
    name: "a form's id may be the mark of a seed",
    file: 'core/write/once.ts',
    from: 'return `form ${id}`.slice',
    to: 'return id.slice',
    tests: ['core/write/once.test.ts'],
  },
  {
    name: 'a neighbouring site is believed its Origin',
    file: 'core/http/origin.ts',
    from: "if (site !== '' && site !== 'none') return false;",
    to: '',
    tests: ['core/http/origin.test.ts'],
  },
  {
    name: 'a body may be of any size',
    file: 'core/http/body-parser.ts',
    from: 'parser ??= loadParser(options, bytesOf(size));',
    to: 'parser ??= loadParser(options, 1_000_000_000);',
    tests: ['core/http/body.test.ts'],
  },
  {
    name: 'a form may have any number of fields',
    file: 'core/http/form.ts',
    from: 'if (fields > most) return undefined;',
    to: '',
    tests: ['core/http/body.test.ts'],
  },
  {
    name: 'a cookie outlives the change that failed',
    file: 'core/http/errors.ts',
    from: "ctx.remove('set-cookie');",
    to: '',
    tests: ['core/http/errors.test.ts'],
  },
  {
    name: 'the words of a message are believed without their signature',
    file: 'core/http/flash.ts',
    from: 'if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;',
    to: '',
    tests: ['core/http/flash.test.ts'],
  },
  {
    name: 'a form may lead back to another site',
    file: 'core/http/safe-return.ts',
    from: 'if (path !== mountPath && !path.startsWith(`${root}/`)) return mountPath;',
    to: '',
    tests: ['plugins/sessions/paths.test.ts'],
  },
  {
    name: 'the client is who it says it is',
    file: 'core/http/client-address.ts',
    from: 'const hop = plainIp(hops.at(-trusted)?.trim() ??',
    to: 'const hop = plainIp(hops.at(0)?.trim() ??',
    tests: ['core/http/client-address.test.ts'],
  },

  // ── the door for reading
  {
    name: 'hidden fields are seen',
    file: 'core/query/reader.ts',
    from: "(field.model.key.includes(field) || this.#permits('view', field))",
    to: 'true',
    tests: ['core/query/rows.test.ts'],
  },
  {
    name: 'a list shows rows out of reach',
    file: 'core/query/list-sql.ts',
    from: '...(scope === undefined ? [] : [piece`(${scope})`]),',
    to: '',
    tests: ['core/query/rows.test.ts'],
  },
  {
    name: 'a record out of reach is found by its key',
    file: 'core/query/find-row.ts',
    from: '...(scope === undefined ? [] : [sql.fragment`(${scope})`])',
    to: '',
    tests: ['core/query/rows.test.ts'],
  },
  {
    name: 'rows out of reach are offered to be picked',
    file: 'core/query/pick.ts',
    from: '...(scope === undefined ? [] : [sql.fragment`(${scope})`]),',
    to: '',
    tests: ['core/query/rows.test.ts'],
  },
  {
    name: 'a wildcard in a search is one',
    file: 'core/query/search-words.ts',
    from: "return text.replace(/[\\\\%_]/g, '\\\\$&');",
    to: 'return text;',
    tests: ['core/query/rows.test.ts'],
  },
  {
    name: 'a page of a list may have any number of rows',
    file: 'core/query/parse-ask.ts',
    from: 'size > LARGEST_PAGE',
    to: 'false',
    tests: ['core/query/ask.test.ts'],
  },
  {
    name: 'a cursor is taken from another list',
    file: 'core/query/cursor.ts',
    from: 'hash !== hashOf(place) ||',
    to: '',
    tests: ['plugins/admin/list-paging.test.ts'],
  },
  {
    name: 'a heavy question is never taken back',
    file: 'core/database/pool.ts',
    from: 'statementTimeout: options.statementTimeout ?? 60_000,',
    to: 'statementTimeout: 60_000,',
    tests: ['plugins/admin/list-paging.test.ts'],
  },

  // ── the door for writing
  {
    name: 'the last one to save wins, whatever he has read',
    file: 'core/write/update-row.ts',
    from: 'if (version !== undefined && version !== old.version) {',
    to: 'if (version === null) {',
    tests: ['core/write/update.test.ts'],
  },
  {
    name: 'fields are set without the right to them',
    file: 'core/write/writer.ts',
    from: "if (!shownOnly && this.#policy.mayField(this.#actor, change, field)) return 'yes';",
    to: "if (!shownOnly) return 'yes';",
    tests: ['core/write/update.test.ts'],
  },
  {
    name: 'a form sets what it only shows',
    file: 'core/write/writer.ts',
    from: "const shownOnly = source === 'form' && (field.readOnly || field.kind === 'identity');",
    to: 'const shownOnly = source === undefined;',
    tests: ['core/write/create.test.ts', 'core/write/update.test.ts'],
  },
  {
    name: 'a record points to one out of reach',
    file: 'core/write/create-row.ts',
    from: "if (beyond.length > 0) return { outcome: 'invalid', problems: beyond };",
    to: '',
    tests: ['core/write/create.test.ts'],
  },
  {
    name: 'a change moves a row out of its rule',
    file: 'core/write/update-row.ts',
    from: 'if (!row.allowed) throw new Forbidden();',
    to: '',
    tests: ['core/write/update.test.ts'],
  },
  {
    name: 'a cascade deletes what nobody may delete',
    file: 'core/write/removal.ts',
    from: "if (!this.#writer.may('delete', model) || children.some((row) => !row.allowed)) this.#refuse(model);",
    to: '',
    tests: ['core/write/remove.test.ts'],
  },
  {
    name: 'a form that is posted twice is done twice',
    file: 'core/write/once.ts',
    from: 'if (claimed !== null) return { first: true };',
    to: 'return { first: true };',
    tests: ['core/write/once.test.ts'],
  },
  {
    name: 'a deletion leaves no trail',
    file: 'core/write/remove-row.ts',
    from: "if (event.name === 'delete') await door.events.record(tx, cause, 'delete', { subject, data: event.data });\n    else",
    to: "if (event.name === 'update')",
    tests: ['core/write/remove.test.ts'],
  },
  {
    name: 'a record takes the upload of somebody else',
    file: 'core/files/file-rows.ts',
    from: `      and created_by = \${actorText(actor)}
      and model = \${field.model.name}
      and field = \${field.name}
    returning id`,
    to: `      and model = \${field.model.name}
      and field = \${field.name}
    returning id`,
    tests: ['core/files/life.test.ts'],
  },

  // ── people
  {
    name: 'an ended session goes on',
    file: 'plugins/sessions/load-session.ts',
    from: 'where s.ended_at is null',
    to: 'where true',
    tests: ['plugins/sessions/sign-in.test.ts', 'plugins/sessions/rules.test.ts'],
  },
  {
    name: 'a session goes on that nobody has used for half a day',
    file: 'plugins/sessions/load-session.ts',
    from: 'and s.idle_expires_at > now()',
    to: '',
    tests: ['plugins/sessions/rules.test.ts'],
  },
  {
    name: "somebody ends another one's session",
    file: 'plugins/sessions/end-sessions.ts',
    from: 's.id = ${which.session}::uuid and s.user_id = ${which.owner}',
    to: 's.id = ${which.session}::uuid',
    tests: ['plugins/sessions/sign-in.test.ts', 'plugins/sessions/rules.test.ts'],
  },
  {
    name: 'an unknown account is told sooner than a wrong password',
    file: 'plugins/auth/password-hash.ts',
    from: 'const matches = await inHashingQueue(',
    to: 'const matches = hash === null || hash === undefined ? false : await inHashingQueue(',
    tests: ['plugins/auth/passwords.test.ts'],
  },
  {
    name: 'a role is given by a peer',
    file: 'plugins/auth/authority-guards.ts',
    from: "return outranks(actor.role, target.role) ? undefined : { key: 'auth.refused.crossRank' };",
    to: 'return undefined;',
    tests: ['plugins/auth/roles.test.ts'],
  },
  {
    name: 'the last two administrators demote each other at once',
    file: 'plugins/auth/last-administrator.ts',
    from: 'await tx.query(sql.unsafe`select pg_advisory_xact_lock(hashtextextended(${LOCK}, 0))`);',
    to: 'await tx.query(sql.unsafe`select ${LOCK}`);',
    tests: ['plugins/auth/accounts.test.ts', 'plugins/auth/roles.test.ts'],
  },

  // ── the trail
  {
    name: 'the trail can be changed',
    file: 'plugins/audit/migrations/0001_audit.sql',
    from: `create trigger rustio_audit_append_only
  before update or delete or truncate on rustio_audit
  for each statement
  execute function rustio_audit_append_only();

-- Also where a session pretends to be a replica, which switches ordinary triggers off.
alter table rustio_audit enable always trigger rustio_audit_append_only;`,
    to: '',
    tests: ['laws/one-writer.test.ts'],
  },
  {
    name: 'secrets stand in the trail',
    file: 'plugins/audit/redact.ts',
    from: "if (words.some((word) => SECRET_WORDS.has(word))) return 'secret';",
    to: '',
    tests: ['plugins/audit/redact.test.ts'],
  },

  // ── what is shown
  {
    name: 'a text in a list is markup',
    file: 'core/model/kinds/text-parts.ts',
    from: 'return escapeHtml(show.whole === true ? text : cutText(text, CUT));',
    to: 'return show.whole === true ? text : cutText(text, CUT);',
    tests: ['plugins/admin/hostile.test.ts'],
  },
  {
    name: 'markup in Markdown is markup',
    file: 'core/view/markdown.ts',
    from: "markdown.disable(['image', 'html_block', 'html_inline']);",
    to: "markdown.set({ html: true });\n  markdown.disable(['image']);",
    tests: ['core/model/markdown.test.ts'],
  },
  {
    name: 'a file that somebody uploaded opens as a page of ours',
    file: 'plugins/admin/file-page.ts',
    from: "{ type: isImageType(file.type) ? 'inline' : 'attachment' }",
    to: "{ type: 'inline' }",
    tests: ['http/files-hostile.test.ts'],
  },
  {
    name: 'a name that nobody declared is a way to a prototype',
    file: 'core/model/field-info.ts',
    from: 'return Object.assign(Object.create(null), record);',
    to: 'return record;',
    tests: ['http/bad-input-forms.test.ts'],
  },

  // ── what fails
  {
    name: 'a full disk is something that nobody foresaw',
    file: 'core/http/errors.ts',
    from: 'if (isFull(thrown)) return noRoom(thrown);',
    to: '',
    tests: ['http/bad-input-disk-full.test.ts'],
  },
  {
    name: 'a page answers what its route does not declare',
    file: 'plugins/admin/index.ts',
    from: "routes.get('/:model', { access: { permission: 'view' } }, listPage, { answers: [400] });",
    to: "routes.get('/:model', { access: { permission: 'view' } }, listPage);",
    tests: ['fuzz/routes.test.ts'],
  },
  // ── sessions
  {
    name: 'an interrupted form is kept without the token of the session',
    file: 'core/http/interrupted-form.ts',
    from: 'if (form && formTokenMatches(csrfSecret, form.get(FORM_TOKEN))) kept =',
    to: 'if (form) kept =',
    tests: ['plugins/sessions/interrupted-form.test.ts'],
  },
  {
    name: 'passwords of an interrupted form are kept',
    file: 'core/http/interrupted-form.ts',
    from: 'if (!SECRET.test(name)) for',
    to: 'for',
    tests: ['plugins/sessions/interrupted-form.test.ts'],
  },
  {
    name: 'half a sign-in is told what it may do by whether its form is kept',
    file: 'core/http/access.ts',
    from: 'gates.every((gate) => gate === closed || gate.passes(ctx)) &&',
    to: '',
    tests: ['plugins/sessions/interrupted-form.test.ts'],
  },
  {
    name: 'half a sign-in sees the whole frame',
    file: 'core/view/views.ts',
    from: 'return app.plugins.every(({ gates = [] }) => gates.every((gate) => gate.passes(ctx)));',
    to: 'return app.plugins.length > 0;',
    tests: ['plugins/sessions/sign-in-extended.test.ts'],
  },
  {
    name: 'what is kept for a sign-in may be of any size',
    file: 'plugins/sessions/session-data.ts',
    from: 'if (size > MAX_SESSION_DATA && size > Buffer.byteLength(saved)) throw tooLarge(size, names);',
    to: 'if (size < 0) throw tooLarge(size, names);',
    tests: ['plugins/sessions/session-data.test.ts'],
  },
  {
    name: 'a request that failed keeps what it has changed',
    file: 'plugins/sessions/authenticator.ts',
    from: 'store.restore(ctx);',
    to: '',
    tests: ['plugins/sessions/session-data.test.ts'],
  },
  {
    name: 'a trust that nobody knows counts for what it says',
    file: 'plugins/sessions/load-session.ts',
    from: '?? levels[0];',
    to: '?? levels.at(-1);',
    tests: ['plugins/sessions/sign-in-extended.test.ts'],
  },
  {
    name: 'a second factor that is pending is not waited for',
    file: 'plugins/sessions/complete-sign-in.ts',
    from: 'trust: pending?.trust ?? trust }',
    to: 'trust }',
    tests: ['plugins/sessions/sign-in-extended.test.ts'],
  },
];
