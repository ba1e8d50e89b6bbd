import type { Messages } from '../words.ts';

/** What the kernel itself says, in English: why a value is refused, and how values without words of their own are shown. */
export const kernelWords: Messages = {
  // ── values
  'value.yes': 'Yes',
  'value.no': 'No',
  'value.empty': 'Empty',
  // `shown` is the size with the digits of the reader's language; `size` chooses the plural.
  'value.bytes': '{size, plural, one {{shown} byte} other {{shown} bytes}}',
  'value.kb': '{shown} KB',
  'value.mb': '{shown} MB',

  // ── a value is missing, or stands where none may
  'problem.required': 'Please fill this in.',
  'problem.unknownField': 'There is no field "{name}".',
  'problem.generated': 'This is made by the database and cannot be changed.',

  // ── text
  'problem.notText': 'This must be text.',
  'problem.tooShort': 'Use at least {min, plural, one {# character} other {# characters}}; this has {length}.',
  'problem.tooLong': 'Use at most {max, plural, one {# character} other {# characters}}; this has {length}.',
  'problem.lineBreak': 'Write this on one line, without line breaks.',
  'problem.notStorable':
    'This holds a character that cannot be stored (a NUL, or half of a character). Please type it anew.',

  // ── numbers
  'problem.wholeNumber': 'Write a whole number in digits, such as 42.',
  'problem.decimal': 'Write a number in digits with a point, such as 1234.50, without separators between thousands.',
  'problem.tooSmall': 'This must be {min} or more.',
  'problem.tooLarge': 'This must be {max} or less.',
  'problem.tooManyDigits': 'Use at most {digits, plural, one {# digit} other {# digits}} before the point.',
  'problem.tooManyDecimals':
    '{scale, plural, =0 {Use no digits after the point.} one {Use at most one digit after the point.} other {Use at most # digits after the point.}}',

  // ── yes or no, one of several
  'problem.boolean': 'This must be yes or no.',
  'problem.choice': 'Choose one of the values that are offered.',

  // ── dates and times
  'problem.date': 'Write a date that exists as year-month-day, such as 2026-11-20.',
  'problem.time': 'Write a time between 00:00 and 23:59, such as 09:30 or 09:30:15.',
  'problem.timestamp': 'Write date and time, such as 2026-11-20 10:44.',
  'problem.localDateTime': 'Write date and time without a time zone, such as 2026-11-20 10:44.',
  'problem.timeSkipped':
    'There was no {time} in {zone}: the clocks were put forward over it. Use a time before or after the change.',
  'problem.timeTwice':
    'There were two times {time} in {zone}, as the clocks were put back. Write the one that is meant: {first} or {second}.',

  // ── addresses and the like
  'problem.email': 'Write an e-mail address, such as ada@example.org.',
  'problem.phone':
    'Write the number with its country in front, such as +49 30 123456: digits, spaces, ( ) - and . only.',
  'problem.url': 'Write an address of the web, such as https://example.org/page, without spaces or backslashes.',
  'problem.urlPassword': 'Leave out the name and password before the @: everybody who sees this could use them.',
  'problem.slug': 'Use small letters from a to z, digits, and single hyphens between them, such as spring-sale-2.',
  'problem.colour': 'Write a colour as # and six digits from 0 to f, such as #0d9488.',

  // ── several values, bytes
  'problem.items': 'This must be a list of values.',
  'problem.itemSpaces': 'No item of the list may be empty, or begin or end with a space.',
  'problem.tooFewItems': 'Give at least {min, plural, one {# item} other {# items}}; this has {length}.',
  'problem.tooManyItems': 'Give at most {max, plural, one {# item} other {# items}}; this has {length}.',
  'problem.bytes': 'This must be bytes.',
  'problem.tooFewBytes': 'This needs at least {min, plural, one {# byte} other {# bytes}}; it has {length, number}.',
  'problem.tooManyBytes':
    'At most {max, plural, one {# byte} other {# bytes}} can be stored; this has {length, number}.',

  // ── others
  'problem.uuid': 'Write a UUID: 32 digits from 0 to f in groups, such as 1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b.',
  'problem.json': 'This is not JSON. {reason}',
  'problem.jsonPlain': 'Only plain JSON can be stored: texts, finite numbers, true, false, null, lists and objects.',
  'problem.jsonProto': 'No property of JSON can be named “__proto__”.',
  'problem.jsonDeep': 'This is nested too deeply; at most {max} levels can be stored.',
  'problem.jsonLarge': 'This is too large; at most {max, number} bytes can be stored.',
  'problem.jsonShape': 'This JSON does not have the expected shape: {reason}',
  'problem.jsonShapeAt': 'This JSON does not have the expected shape at {where}: {reason}',
  'problem.jsonLater': 'The schema of this field answers later; only schemas that answer at once can be used.',
  'problem.list': 'This must be a list of keys.',

  // ── files
  'problem.file.key': 'This is no key of a file.',
  'problem.file.waiting': 'This file is not waiting here any more. Please choose it anew.',
  'problem.file.empty': 'This file is empty. Please choose another one.',
  'problem.file.tooLarge': 'This file is too large: at most {most} can be stored.',
  'problem.file.type': 'This file holds {found}, whatever its name says. What can be stored here: {types}.',
  'problem.file.unknown': 'It cannot be told what this file holds. What can be stored here: {types}.',
  'problem.file.image': 'This picture is damaged: it does not say how large it is.',
  'problem.file.pixels':
    'This picture has {width, number} × {height, number} dots, which is too many: at most {most, number} million can be stored.',

  // ── what the record as a whole, its neighbours or somebody's rights do not allow
  'problem.notYours': 'You may not change this.',
  'problem.rowRule': 'You do not have permission to save the record with these values.',
  'problem.noSuchRow': 'There is no {target} “{typed}”.',
  'problem.taken': 'This is already taken: another record has the same value.',
  'problem.takenTogether': 'Another record has the same values together: {fields}.',
  'problem.keyFixed': 'This is the key of the record. It cannot be changed once the record is there.',
  'problem.tooLongToFind':
    'This is too long for a value that records are found by. Shorten it to 600 characters or fewer.',
  'problem.overlaps': 'This overlaps with another record.',
  'problem.refused': 'The database does not accept this value.',
  'problem.constraint': 'A rule of the database does not allow this.',
};
