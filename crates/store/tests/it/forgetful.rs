//! Storage that keeps apart what was written and what was synced, so that a power cut can be played at any moment: a
//! SQLite VFS over that of the system. It can also be full, or fail to sync, as real disks do.

#![expect(unsafe_code, reason = "a VFS is a C interface")]

use std::collections::HashMap;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

use rusqlite::ffi;

/// One such storage, known to SQLite by its name. It lives until the process ends, as SQLite may hold on to it.
pub struct Storage {
    pub name: String,
    /// Writes fail for want of room.
    pub full: AtomicBool,
    /// Syncs fail, and what was to be synced is forgotten by a power cut.
    pub sync_fails: AtomicBool,
    pub syncs: AtomicUsize,
    files: Mutex<HashMap<PathBuf, Disk>>,
    system: *mut ffi::sqlite3_vfs,
}

// SAFETY: the pointer is to SQLite's own VFS, which any thread may use.
unsafe impl Sync for Storage {}
// SAFETY: as above.
unsafe impl Send for Storage {}

/// What a file is after a power cut, and what it would lose.
#[derive(Default)]
struct Disk {
    synced: Vec<u8>,
    pending: Vec<Change>,
}

#[derive(Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Change::Write(offset, written) => {
                let end = offset + written.len();
                bytes.resize(bytes.len().max(end), 0);
                bytes[*offset..end].copy_from_slice(written);
            }
            Change::Truncate(length) => bytes.resize(*length, 0),
        }
    }
}

impl Storage {
    pub fn new() -> &'static Storage {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let name = format!("forgetful-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        // SAFETY: initialising is idempotent, and the default VFS is never unregistered.
        let system = unsafe {
            assert_eq!(ffi::sqlite3_initialize(), ffi::SQLITE_OK);
            ffi::sqlite3_vfs_find(ptr::null())
        };
        let storage: &'static Storage = Box::leak(Box::new(Storage {
            name: name.clone(),
            full: AtomicBool::new(false),
            sync_fails: AtomicBool::new(false),
            syncs: AtomicUsize::new(0),
            files: Mutex::default(),
            system,
        }));
        // SAFETY: all but opening and deleting is left to the system's functions, which do not look at the VFS they
        // are called with; what is registered is never freed.
        unsafe {
            let mut vfs = *system;
            vfs.zName = CString::new(name).unwrap().into_raw();
            vfs.pNext = ptr::null_mut();
            vfs.pAppData = ptr::from_ref(storage).cast_mut().cast();
            vfs.szOsFile += c_int::try_from(size_of::<File>()).unwrap();
            vfs.xOpen = Some(open);
            vfs.xDelete = Some(delete);
            assert_eq!(ffi::sqlite3_vfs_register(Box::leak(Box::new(vfs)), 0), ffi::SQLITE_OK);
        }
        storage
    }

    /// Writes the files as a power cut at this moment would leave them. `keep` says of each write that was not synced
    /// whether it has reached the disk by chance.
    pub fn cut_power(&self, into: &Path, mut keep: impl FnMut() -> bool) {
        for (path, disk) in self.files().iter() {
            let mut bytes = disk.synced.clone();
            disk.pending.iter().filter(|_| keep()).for_each(|change| change.apply(&mut bytes));
            std::fs::write(into.join(path.file_name().unwrap()), bytes).unwrap();
        }
    }

    fn files(&self) -> MutexGuard<'_, HashMap<PathBuf, Disk>> {
        self.files.lock().unwrap()
    }
}

/// An open file: ours first, then that of the system, in the memory that SQLite has set aside for both.
#[repr(C)]
struct File {
    base: ffi::sqlite3_file,
    storage: *const Storage,
    path: *mut PathBuf,
}

impl File {
    unsafe fn of<'a>(file: *mut ffi::sqlite3_file) -> &'a File {
        // SAFETY: SQLite calls these functions with files that `open` has made.
        unsafe { &*file.cast::<File>() }
    }

    fn storage(&self) -> &'static Storage {
        // SAFETY: storages are leaked.
        unsafe { &*self.storage }
    }

    fn change(&self, change: Change) {
        // SAFETY: the path lives as long as the file is open.
        let path = unsafe { &*self.path };
        self.storage().files().entry(path.clone()).or_default().pending.push(change);
    }

    fn synced(&self) {
        // SAFETY: as above.
        let path = unsafe { &*self.path };
        let mut files = self.storage().files();
        let Disk { synced, pending } = files.entry(path.clone()).or_default();
        pending.drain(..).for_each(|change| change.apply(synced));
    }
}

/// The system's file behind ours, and its functions.
unsafe fn inner(file: *mut ffi::sqlite3_file) -> (*mut ffi::sqlite3_file, &'static ffi::sqlite3_io_methods) {
    // SAFETY: `open` has put the system's file there, and its functions are static.
    unsafe {
        let inner: *mut ffi::sqlite3_file = file.cast::<File>().add(1).cast();
        (inner, &*(*inner).pMethods)
    }
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite passes memory of the size that was registered, and a name that ends in a nul or is null.
    unsafe {
        let storage = (*vfs).pAppData.cast::<Storage>().cast_const();
        let ours = file.cast::<File>();
        (*ours).base.pMethods = ptr::null();
        let system = (*storage).system;
        let inner: *mut ffi::sqlite3_file = ours.add(1).cast();
        (*inner).pMethods = ptr::null();
        let code = (*system).xOpen.unwrap()(system, name, inner, flags, out_flags);
        if code != ffi::SQLITE_OK {
            return code;
        }
        assert!(!name.is_null(), "temporary files are kept in memory");
        let path = PathBuf::from(CStr::from_ptr(name).to_str().unwrap());
        let mut files = (*storage).files();
        let on_disk = || Disk { synced: std::fs::read(&path).unwrap(), pending: Vec::new() };
        files.entry(path.clone()).or_insert_with(on_disk);
        (*ours).storage = storage;
        (*ours).path = Box::into_raw(Box::new(path.clone()));
        (*ours).base.pMethods = &METHODS;
        ffi::SQLITE_OK
    }
}

unsafe extern "C" fn delete(vfs: *mut ffi::sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    // SAFETY: as for `open`.
    unsafe {
        let storage = (*vfs).pAppData.cast::<Storage>();
        (*storage).files().remove(Path::new(CStr::from_ptr(name).to_str().unwrap()));
        let system = (*storage).system;
        (*system).xDelete.unwrap()(system, name, sync_folder)
    }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: as for `inner`; SQLite closes a file once.
    unsafe {
        let (inner, methods) = inner(file);
        drop(Box::from_raw(File::of(file).path));
        methods.xClose.unwrap()(inner)
    }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, bytes: *const c_void, length: c_int, offset: i64) -> c_int {
    // SAFETY: as for `inner`; the bytes are as many as SQLite says.
    unsafe {
        let ours = File::of(file);
        if ours.storage().full.load(Ordering::SeqCst) {
            return ffi::SQLITE_FULL;
        }
        let (inner, methods) = inner(file);
        let code = methods.xWrite.unwrap()(inner, bytes, length, offset);
        let bytes = std::slice::from_raw_parts(bytes.cast::<u8>(), usize::try_from(length).unwrap());
        ours.change(Change::Write(usize::try_from(offset).unwrap(), bytes.to_vec()));
        code
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, length: i64) -> c_int {
    // SAFETY: as for `inner`.
    unsafe {
        let (inner, methods) = inner(file);
        let code = methods.xTruncate.unwrap()(inner, length);
        File::of(file).change(Change::Truncate(usize::try_from(length).unwrap()));
        code
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: as for `inner`.
    unsafe {
        let ours = File::of(file);
        ours.storage().syncs.fetch_add(1, Ordering::SeqCst);
        if ours.storage().sync_fails.load(Ordering::SeqCst) {
            return ffi::SQLITE_IOERR_FSYNC;
        }
        let (inner, methods) = inner(file);
        let code = methods.xSync.unwrap()(inner, flags);
        ours.synced();
        code
    }
}

/// Functions that do nothing but call those of the system.
macro_rules! passed_on {
    ($($function:ident = $method:ident($($name:ident: $type:ty),*) $(-> $result:ty)?;)*) => {
        $(unsafe extern "C" fn $function(file: *mut ffi::sqlite3_file $(, $name: $type)*) $(-> $result)? {
            // SAFETY: as for `inner`.
            unsafe {
                let (inner, methods) = inner(file);
                methods.$method.unwrap()(inner $(, $name)*)
            }
        })*
    };
}

passed_on! {
    read = xRead(bytes: *mut c_void, length: c_int, offset: i64) -> c_int;
    file_size = xFileSize(size: *mut i64) -> c_int;
    lock = xLock(level: c_int) -> c_int;
    unlock = xUnlock(level: c_int) -> c_int;
    check_reserved = xCheckReservedLock(held: *mut c_int) -> c_int;
    control = xFileControl(what: c_int, argument: *mut c_void) -> c_int;
    sector_size = xSectorSize() -> c_int;
    characteristics = xDeviceCharacteristics() -> c_int;
    shared_map = xShmMap(page: c_int, size: c_int, extend: c_int, out: *mut *mut c_void) -> c_int;
    shared_lock = xShmLock(offset: c_int, count: c_int, flags: c_int) -> c_int;
    shared_barrier = xShmBarrier();
    shared_unmap = xShmUnmap(delete: c_int) -> c_int;
}

/// Version 2: shared memory for the log's index, but no mapping of files, which would pass by `write`.
static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(shared_map),
    xShmLock: Some(shared_lock),
    xShmBarrier: Some(shared_barrier),
    xShmUnmap: Some(shared_unmap),
    xFetch: None,
    xUnfetch: None,
};
