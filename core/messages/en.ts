import type { Messages } from './catalogue.ts';

/** Core's own messages, in English: why a value is rejected, how common values are shown, and the layout of pages. */
export const coreMessages: Messages = {
  // ── values
  'value.unexpected': 'This value is not valid for this field.',
  'value.all': 'Show full value',
  'value.yes': 'Yes',
  'value.no': 'No',
  // An empty text or list in a nullable column. NULL is shown as “–”.
  'value.empty': '(empty)',
  // `shown` is the size with the digits of the user's language; `size` chooses the plural.
  'value.bytes': '{size, plural, one {{shown} byte} other {{shown} bytes}}',
  'value.kb': '{shown} KB',
  'value.mb': '{shown} MB',

  // ── missing, unknown or generated values
  'problem.required': 'This field is required.',
  'problem.unknownField': 'There is no field “{name}”.',
  'problem.generated': 'This value is set by the database and cannot be changed.',

  // ── text
  'problem.notText': 'This must be text.',
  'problem.tooShort':
    'Use at least {min, plural, one {# character} other {# characters}} (currently {length, number}).',
  'problem.tooLong': 'Use at most {max, plural, one {# character} other {# characters}} (currently {length, number}).',
  'problem.lineBreak': 'Enter a single line of text, without line breaks.',
  'problem.notStorable': 'This contains an invalid character. Clear the field and type the text again.',

  // ── numbers
  'problem.wholeNumber': 'Enter a whole number, for example 42.',
  'problem.decimal': 'Enter a number with a decimal point and no thousands separators, for example 1234.50.',
  'problem.tooSmall': 'This must be {min} or more.',
  'problem.tooLarge': 'This must be {max} or less.',
  'problem.tooManyDigits': 'Use at most {digits, plural, one {# digit} other {# digits}} before the decimal point.',
  'problem.tooManyDecimals':
    '{scale, plural, =0 {Enter a number without decimal places.} one {Use at most one decimal place.} other {Use at most # decimal places.}}',
  'problem.jsonNumber': 'This number has more digits than a JSON number keeps. Send it as a string.',
  'problem.inexact': 'This field would store the number as {stored}. Use fewer digits.',

  // ── yes or no, one of several
  'problem.boolean': 'This must be yes or no.',
  'problem.choice': 'Choose one of the available options.',

  // ── dates and times
  'problem.tooManySecondDigits':
    '{digits, plural, =0 {Enter a time in whole seconds.} one {Use at most one decimal place for seconds.} other {Use at most # decimal places for seconds.}}',
  'problem.date': 'Enter a valid date (year-month-day), for example 2026-11-20.',
  'problem.time': 'Enter a time between 00:00 and 23:59, for example 09:30 or 09:30:15.',
  'problem.timestamp': 'Enter a date and time, for example 2026-11-20 10:44.',
  'problem.localDateTime': 'Enter a date and time without a time zone, for example 2026-11-20 10:44.',
  'problem.timeSkipped':
    '{time} does not exist in {timeZone} because the clocks went forward. Enter an earlier or later time.',
  'problem.timeTwice': '{time} occurs twice in {timeZone} because the clocks went back. Enter {first} or {second}.',

  // ── addresses and the like
  'problem.email': 'Enter a valid email address, for example ada@example.org.',
  'problem.phone':
    'Enter a phone number with its country code, for example +49 30 123456. Only digits, spaces, parentheses, hyphens and periods are allowed.',
  'problem.url': 'Enter a web address (URL) without spaces or backslashes, for example https://example.org/page.',
  'problem.urlPassword': 'Remove the user name and password from the URL: anyone who can see the URL could use them.',
  'problem.slug': 'Use lowercase letters (a–z), digits and single hyphens, for example spring-sale-2.',
  'problem.colour': 'Enter a colour as # and six hexadecimal digits, for example #0d9488.',

  // ── several values, bytes
  'problem.items': 'This must be a list of values.',
  'problem.arrayNested': 'This list contains nested lists. Replace the whole list, or edit it in the database.',
  'problem.itemSpaces': 'List items cannot be empty, or start or end with a space.',
  'problem.tooFewItems': 'Enter at least {min, plural, one {# item} other {# items}} (currently {length, number}).',
  'problem.tooManyItems': 'Enter at most {max, plural, one {# item} other {# items}} (currently {length, number}).',
  'problem.bytes': 'This must be binary data.',
  'problem.tooFewBytes':
    'This must be at least {min, plural, one {# byte} other {# bytes}} (currently {length, number}).',
  'problem.tooManyBytes':
    'This can be at most {max, plural, one {# byte} other {# bytes}} (currently {length, number}).',

  // ── others
  'problem.uuid': 'Enter a valid UUID, for example 1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b.',
  'problem.json': 'This is not valid JSON. {reason}',
  'problem.jsonPlain': 'Only plain JSON can be stored: strings, finite numbers, true, false, null, arrays and objects.',
  'problem.jsonProto': 'A JSON property cannot be named “__proto__”.',
  'problem.jsonDuplicate': 'The property “{name}” appears twice in the same object. Remove one of them.',
  'problem.jsonDeep': 'This JSON is nested too deeply. The maximum is {max} levels.',
  'problem.jsonLarge': 'This JSON is too large. The maximum is {max, number} bytes.',
  'problem.jsonShape': 'This JSON does not have the expected structure: {reason}',
  'problem.jsonShapeAt': 'This JSON does not have the expected structure at {where}: {reason}',
  'problem.jsonAsync': 'This value is not allowed. Enter another value.',
  'problem.list': 'Choose one or more of the available records.',

  // ── files
  'problem.file.key': 'This file is no longer available. Choose it again.',
  'problem.file.expired': 'The upload has expired. Choose the file again.',
  'problem.file.empty': 'This file is empty. Choose another file.',
  'problem.file.tooLarge': 'This file is too large. The maximum size is {max}.',
  'problem.file.type': 'The content of this file is {found}, which is not allowed here. Allowed types: {types}.',
  'problem.file.unknown': 'The file type could not be recognised. Allowed types: {types}.',
  'problem.file.image': 'This image is damaged: its dimensions could not be read. Choose another file.',
  'problem.file.pixels':
    'This image is too large: {width, number} × {height, number} pixels. The maximum is {max, number} million pixels.',

  // ── rejected because of the whole record, other records or missing permissions
  'problem.forbidden': 'You do not have permission to change this.',
  'problem.hiddenReference':
    'You do not have permission to see the record that is selected here, so you cannot replace it.',
  'problem.rowRule': 'You do not have permission to save this record with these values.',
  'problem.noSuchRow': 'No {target} matches “{typed}”.',
  'problem.notUnique': 'Another record already has this value.',
  'problem.notUniqueTogether': 'Another record already has this combination of values: {fields}.',
  'problem.keyReadOnly': 'This field identifies the record and cannot be changed after the record is added.',
  'problem.tooLongToFind': 'This value is too long for a database index. Shorten it to about 600 characters.',
  'problem.overlaps': 'This overlaps with another record.',
  'problem.columnMissing':
    'The database requires a value for “{column}”, but this form has no such field. Contact your administrator.',
  'problem.ruleComment': 'The database does not allow this: {comment}',
  'problem.ruleName': 'The database does not allow this value (rule “{name}”).',
  'problem.notInEncoding': 'The database cannot store the character “{character}”. Remove it.',
  'problem.keyRepeats': 'Not saved: several records have this key. Contact your administrator.',
  'problem.rejected': 'This value is not allowed. Enter another value.',
  'problem.tooManyDependants':
    'Not deleted: more than {max, number} related records would be deleted or unlinked with it. Delete or change some of them first.',
  'problem.constraint': 'One or more of these values are not allowed. Check them and save again.',

  // ── layout
  'layout.skip': 'Skip to content',
  'layout.navigation': 'Main',
  'layout.menu': 'Menu',
  'layout.closeMenu': 'Close menu',
  'layout.dashboard': 'Dashboard',
  'layout.group.system': 'System',
  'layout.development': 'Development',
  'layout.zone': 'Time zone: {timeZone}',

  'layout.keys': 'Keyboard shortcuts',
  'layout.keys.search': 'Search',
  'layout.keys.rows': 'Next record, previous record',
  'layout.keys.add': 'Add',
  'layout.keys.edit': 'Edit',
  'layout.keys.save': 'Save',
  'layout.keys.help': 'Show shortcuts',
  'layout.keys.control': 'Ctrl',
  'layout.keys.switch': 'Single-key shortcuts',
  'layout.keys.close': 'Close',

  // Replaces the problem of RIO-HTTP-FORBIDDEN if the user opened a page rather than requested a change.
  'layout.error.noAccess': 'You do not have access to this page.',
  'layout.error.why': 'Why',
  'layout.error.fix': 'What to do',
  'layout.error.retry': 'When to try again',
  'layout.error.again': 'Try again',
  'layout.error.home': 'Go to the dashboard',
  'layout.error.id': 'If you ask for help, include this request ID:',
};
