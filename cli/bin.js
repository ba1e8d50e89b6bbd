#!/usr/bin/env node
// Plain JavaScript that every version of Node can parse. Nothing is imported before the version is checked: older versions would
// crash in native modules with an unhelpful message.
var NEEDED = 24;
var major = Number(process.versions.node.split('.')[0]);

if (major < NEEDED) {
  rerun().catch(() => {
    fail(
      'rustio-admin needs Node ' +
        NEEDED +
        ' or newer; this is ' +
        process.versions.node +
        ': run "npm install --save-dev node@' +
        NEEDED +
        '" in your project and start it with npm or npx, or install it from https://nodejs.org',
    );
  });
} else {
  run().catch((error) => {
    fail(explain(error));
  });
}

// Outside a project, `npx ../rustio-admin startproject desk` runs on the machine's Node; the package `node` that npm has
// installed next to this one is new enough. Rejects if it is not installed.
function rerun() {
  return Promise.all([import('node:child_process'), import('node:fs'), import('node:path')]).then((modules) => {
    var node = installedNode(modules[1], modules[2]);
    var child = modules[0].spawn(node, process.execArgv.concat(process.argv.slice(1)), { stdio: 'inherit' });
    // On Ctrl-C the terminal signals both processes. Forward the signal anyway, as npm does: it may have been sent to this
    // process alone.
    var forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    forwarded.forEach((signal) => {
      process.on(signal, () => {
        child.kill(signal);
      });
    });
    child.on('error', (error) => {
      fail(error.message);
    });
    child.on('exit', (code, signal) => {
      forwarded.forEach((each) => {
        process.removeAllListeners(each);
      });
      if (signal) process.kill(process.pid, signal);
      else process.exitCode = code;
    });
  });
}

// Searches upward from the command in `node_modules/.bin`, then from the file that it links to.
function installedNode(fs, path) {
  var node =
    nodeAbove(path.dirname(process.argv[1]), fs, path) ||
    nodeAbove(path.dirname(fs.realpathSync(process.argv[1])), fs, path);
  if (!node) throw new Error('The package node was not found.');
  return node;
}

function nodeAbove(folder, fs, path) {
  var own = path.join(folder, 'node_modules', 'node');
  var file = path.join(own, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (fs.existsSync(file) && isNewEnough(fs.readFileSync(path.join(own, 'package.json'), 'utf8'))) return file;
  return folder === path.dirname(folder) ? undefined : nodeAbove(path.dirname(folder), fs, path);
}

// The project may have an older version; running that would recurse.
function isNewEnough(manifest) {
  return Number(JSON.parse(manifest).version.split('.')[0]) >= NEEDED;
}

function run() {
  return import('node:module')
    .then((module) => {
      module.enableCompileCache();
      // Imported by package name: with the condition `rustio-source` this loads the TypeScript source, otherwise the built
      // JavaScript.
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
