#!/usr/bin/env node
// Plain old JavaScript that every Node can parse, and no import before the version is known: older ones crash in
// native modules, with a message that helps nobody.
var NEEDED = 24;
var major = Number(process.versions.node.split('.')[0]);

if (major < NEEDED) {
  fail(
    'rustio-admin needs Node ' +
      NEEDED +
      ' or newer, and this is ' +
      process.versions.node +
      ': run "npm install --save-dev node@' +
      NEEDED +
      '" in your project and start it with npm or npx, or install it from https://nodejs.org',
  );
} else {
  run().catch((error) => {
    fail(explain(error));
  });
}

function run() {
  return import('node:module')
    .then((module) => {
      module.enableCompileCache();
      // By its own name: with the condition `rustio-source` this is the TypeScript source, else the built JavaScript.
      return import('rustio-admin/cli');
    })
    .then((cli) => cli.main(process.argv.slice(2)));
}

function explain(error) {
  var isNotBuilt = error.code === 'ERR_MODULE_NOT_FOUND' && /dist[\\/]cli[\\/]main\.js/.test(error.message);
  if (!isNotBuilt) return error.stack;
  return 'rustio-admin is not built: run "npm ci", or "npm run build", in its own folder, then try again.';
}

function fail(message) {
  console.error(message);
  process.exitCode = 1;
}
