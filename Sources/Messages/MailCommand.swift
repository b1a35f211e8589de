import Foundation

/// A command that sends one mail: started without a shell, killed with everything it started when it takes too long.
enum MailCommand {
    /// What a command may know of our environment: none of our settings, which hold passwords.
    private static let passedOn: Set<String> = ["PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR"]

    /// Runs it to its end; nil when it did its work, otherwise `exit_75`, `signal_9`, `timed_out` or `not_started`. Its output goes
    /// nowhere: it may name who gets the mail.
    static func run(_ words: [String], input: [UInt8], seconds: Double) -> String? {
        guard let file = unnamedFile(input), let process = spawn(words, input: file.fileDescriptor) else {
            return "not_started"
        }
        let deadline = DispatchTime.now() + seconds
        var status: Int32 = 0
        while unsafe waitpid(process, &status, WNOHANG) == 0 {
            if DispatchTime.now() >= deadline {
                kill(-process, SIGKILL)
                _ = unsafe waitpid(process, &status, 0)
                return "timed_out"
            }
            usleep(10_000)
        }
        // What it left behind has no business any more.
        kill(-process, SIGKILL)
        let signal = status & 0x7F
        if signal != 0 { return "signal_\(signal)" }
        let code = status >> 8 & 0xFF
        return code == 0 ? nil : "exit_\(code)"
    }

    /// A file that has no name any more before anything is in it. No pipe: if we are killed, the command still reads the whole mail.
    private static func unnamedFile(_ bytes: [UInt8]) -> FileHandle? {
        var name = Array("\(FileManager.default.temporaryDirectory.path)/pa31-mail-XXXXXX".utf8CString)
        let file = unsafe mkstemp(&name)
        guard file >= 0 else { return nil }
        unsafe unlink(name)
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
        do {
            try handle.write(contentsOf: Data(bytes))
            try handle.seek(toOffset: 0)
            return handle
        } catch { return nil }
    }

    /// Starts it in a process group of its own, with nothing of ours open but its input.
    private static func spawn(_ words: [String], input: Int32) -> pid_t? {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, input, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        // A command that outlives us must not keep our port.
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        for number in open.compactMap(Int32.init) where number > 2 {
            unsafe posix_spawn_file_actions_addclose(&actions, number)
        }
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // The server blocks and handles signals; the command begins as any other does.
        var none = sigset_t()
        var all = sigset_t()
        unsafe sigemptyset(&none)
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        unsafe posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        let environment = ProcessInfo.processInfo.environment.filter { passedOn.contains($0.key) }
            .map { "\($0.key)=\($0.value)" }
        var process = pid_t()
        let isStarted = unsafe withStrings(words) { arguments in
            unsafe withStrings(environment) { variables in
                guard let program = unsafe arguments[0] else { return false }
                return unsafe posix_spawnp(&process, program, &actions, &attributes, arguments, variables) == 0
            }
        }
        return isStarted ? process : nil
    }

    /// Texts as C wants a list of them.
    private static func withStrings(
        _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Bool
    ) -> Bool {
        var pointers: [UnsafeMutablePointer<CChar>?] = unsafe texts.map { unsafe strdup($0) } + [nil]
        defer { unsafe pointers.forEach { unsafe free($0) } }
        return unsafe pointers.withUnsafeMutableBufferPointer { list in
            unsafe list.baseAddress.map { unsafe body($0) } ?? false
        }
    }
}
