/** A type of file and its extensions, the usual one first. */
interface FileFormat {
  readonly extensions: readonly string[];
  /** The name shown to users. */
  readonly title: string;
}

/** Every type that is detected from the content. Anything else is `application/octet-stream`. */
export const FILE_TYPES = {
  'image/png': { title: 'PNG', extensions: ['png'] },
  'image/jpeg': { title: 'JPEG', extensions: ['jpg', 'jpeg', 'jpe', 'jfif'] },
  'image/gif': { title: 'GIF', extensions: ['gif'] },
  'image/webp': { title: 'WebP', extensions: ['webp'] },
  'image/avif': { title: 'AVIF', extensions: ['avif'] },
  'image/heic': { title: 'HEIC', extensions: ['heic', 'heif'] },
  'image/tiff': { title: 'TIFF', extensions: ['tif', 'tiff'] },
  'image/bmp': { title: 'BMP', extensions: ['bmp'] },
  'image/svg+xml': { title: 'SVG', extensions: ['svg'] },
  'application/pdf': { title: 'PDF', extensions: ['pdf'] },
  'application/zip': { title: 'ZIP', extensions: ['zip'] },
  'application/gzip': { title: 'GZIP', extensions: ['gz', 'tgz'] },
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': { title: 'Word', extensions: ['docx'] },
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': { title: 'Excel', extensions: ['xlsx'] },
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': {
    title: 'PowerPoint',
    extensions: ['pptx'],
  },
  'application/vnd.oasis.opendocument.text': { title: 'OpenDocument text', extensions: ['odt'] },
  'application/vnd.oasis.opendocument.spreadsheet': { title: 'OpenDocument spreadsheet', extensions: ['ods'] },
  'application/vnd.oasis.opendocument.presentation': { title: 'OpenDocument presentation', extensions: ['odp'] },
  'application/epub+zip': { title: 'EPUB', extensions: ['epub'] },
  'application/vnd.ms-office': { title: 'old Office', extensions: ['doc', 'xls', 'ppt', 'msg'] },
  'application/rtf': { title: 'RTF', extensions: ['rtf'] },
  'audio/mpeg': { title: 'MP3', extensions: ['mp3'] },
  'audio/mp4': { title: 'M4A', extensions: ['m4a'] },
  'audio/wav': { title: 'WAV', extensions: ['wav'] },
  'audio/ogg': { title: 'OGG', extensions: ['ogg', 'oga', 'opus'] },
  'video/mp4': { title: 'MP4', extensions: ['mp4', 'm4v'] },
  'video/quicktime': { title: 'QuickTime', extensions: ['mov'] },
  'video/webm': { title: 'WebM', extensions: ['webm'] },
  'text/plain': { title: 'text', extensions: ['txt', 'text', 'log', 'md'] },
  'text/csv': { title: 'CSV', extensions: ['csv'] },
  'text/html': { title: 'HTML', extensions: ['html', 'htm'] },
  'application/json': { title: 'JSON', extensions: ['json'] },
  'application/xml': { title: 'XML', extensions: ['xml'] },
} as const satisfies Readonly<Record<string, FileFormat>>;

export type FileType = keyof typeof FILE_TYPES;

/** Raster images, whose dimensions can be read from the beginning of the file. Only these are ever displayed inline. */
export const IMAGE_TYPES = [
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
] as const satisfies readonly FileType[];
export type ImageType = (typeof IMAGE_TYPES)[number];

/** Content of unknown type. */
export const UNKNOWN_TYPE = 'application/octet-stream';

export function isFileType(type: string): type is FileType {
  return Object.hasOwn(FILE_TYPES, type);
}

export function isImageType(type: string): type is ImageType {
  return IMAGE_TYPES.some((image) => image === type);
}

/** Types under the names that users know: "PDF, JPEG". */
export function typeTitles(types: readonly string[]): string {
  return types.map((type) => (isFileType(type) ? FILE_TYPES[type].title : type)).join(', ');
}

/** The `accept` attribute of a file input: types, and extensions for systems that identify files by name. */
export function acceptAttribute(types: readonly string[]): string {
  return types
    .flatMap((type) =>
      isFileType(type) ? [type, ...FILE_TYPES[type].extensions.map((extension) => `.${extension}`)] : [type],
    )
    .join(',');
}
