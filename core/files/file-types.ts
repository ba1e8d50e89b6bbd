/** What a file may hold, and how a name that says so ends: the first ending is the usual one. */
interface TypeOfFile {
  readonly endings: readonly string[];
  /** What people call it. */
  readonly title: string;
}

/** Everything that is told apart by its content. The rest is `application/octet-stream`. */
export const FILE_TYPES = {
  'image/png': { title: 'PNG', endings: ['png'] },
  'image/jpeg': { title: 'JPEG', endings: ['jpg', 'jpeg', 'jpe', 'jfif'] },
  'image/gif': { title: 'GIF', endings: ['gif'] },
  'image/webp': { title: 'WebP', endings: ['webp'] },
  'image/avif': { title: 'AVIF', endings: ['avif'] },
  'image/heic': { title: 'HEIC', endings: ['heic', 'heif'] },
  'image/tiff': { title: 'TIFF', endings: ['tif', 'tiff'] },
  'image/bmp': { title: 'BMP', endings: ['bmp'] },
  'image/svg+xml': { title: 'SVG', endings: ['svg'] },
  'application/pdf': { title: 'PDF', endings: ['pdf'] },
  'application/zip': { title: 'ZIP', endings: ['zip'] },
  'application/gzip': { title: 'GZIP', endings: ['gz', 'tgz'] },
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': { title: 'Word', endings: ['docx'] },
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': { title: 'Excel', endings: ['xlsx'] },
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': {
    title: 'PowerPoint',
    endings: ['pptx'],
  },
  'application/vnd.oasis.opendocument.text': { title: 'OpenDocument text', endings: ['odt'] },
  'application/vnd.oasis.opendocument.spreadsheet': { title: 'OpenDocument spreadsheet', endings: ['ods'] },
  'application/vnd.oasis.opendocument.presentation': { title: 'OpenDocument presentation', endings: ['odp'] },
  'application/epub+zip': { title: 'EPUB', endings: ['epub'] },
  'application/vnd.ms-office': { title: 'old Office', endings: ['doc', 'xls', 'ppt', 'msg'] },
  'application/rtf': { title: 'RTF', endings: ['rtf'] },
  'audio/mpeg': { title: 'MP3', endings: ['mp3'] },
  'audio/mp4': { title: 'M4A', endings: ['m4a'] },
  'audio/wav': { title: 'WAV', endings: ['wav'] },
  'audio/ogg': { title: 'OGG', endings: ['ogg', 'oga', 'opus'] },
  'video/mp4': { title: 'MP4', endings: ['mp4', 'm4v'] },
  'video/quicktime': { title: 'QuickTime', endings: ['mov'] },
  'video/webm': { title: 'WebM', endings: ['webm'] },
  'text/plain': { title: 'text', endings: ['txt', 'text', 'log', 'md'] },
  'text/csv': { title: 'CSV', endings: ['csv'] },
  'text/html': { title: 'HTML', endings: ['html', 'htm'] },
  'application/json': { title: 'JSON', endings: ['json'] },
  'application/xml': { title: 'XML', endings: ['xml'] },
} as const satisfies Readonly<Record<string, TypeOfFile>>;

export type FileType = keyof typeof FILE_TYPES;

/** Pictures made of dots, whose size is read from their beginning. Nothing else is ever shown by a browser itself. */
export const IMAGE_TYPES = [
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
] as const satisfies readonly FileType[];
export type ImageType = (typeof IMAGE_TYPES)[number];

/** What nothing is known about. */
export const UNKNOWN_TYPE = 'application/octet-stream';

export function isFileType(type: string): type is FileType {
  return Object.hasOwn(FILE_TYPES, type);
}

export function isImageType(type: string): type is ImageType {
  return IMAGE_TYPES.some((image) => image === type);
}

/** "PDF, JPEG": types as people know them. */
export function typeTitles(types: readonly string[]): string {
  return types.map((type) => (isFileType(type) ? FILE_TYPES[type].title : type)).join(', ');
}

/** What `accept` of a file input says: types, and endings for systems that know a file by its name. */
export function acceptOf(types: readonly string[]): string {
  return types
    .flatMap((type) => (isFileType(type) ? [type, ...FILE_TYPES[type].endings.map((e) => `.${e}`)] : [type]))
    .join(',');
}
