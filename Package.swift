// swift-tools-version: 6.2
import PackageDescription

/// What every target of ours is compiled with: the language's own strictness, and no warning tolerated.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// Everything but the two targets that hold C libraries (`Postgres`, `Sheets`) also says where memory is at risk.
let safe = strict + [.strictMemorySafety()]

/// Tests may use what they test without an access level on every import.
let strictTests: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let nioHTTP: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")

// Targets stand in dependency order: each may import those above it that `Sources/README.md` allows.
let package = Package(
    name: "pa31",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "pa31", targets: ["pa31"])],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-async-algorithms", exact: "1.1.4"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CLibPQ"),
        .systemLibrary(name: "CXLSXWriter"),
        .systemLibrary(name: "CZip"),
        .target(name: "Fields", swiftSettings: safe),
        .target(name: "Finess", dependencies: ["Fields"], swiftSettings: safe),
        .target(name: "Sheets", dependencies: ["CXLSXWriter", "CZip", "Fields"], swiftSettings: strict),
        .target(name: "Postgres", dependencies: ["CLibPQ", "Fields", logging, nio, crypto], swiftSettings: strict),
        .target(name: "Contract", dependencies: ["Postgres", "Fields", nio, crypto], swiftSettings: safe),
        .target(name: "Reference", dependencies: ["Contract", "Postgres", "Fields"], swiftSettings: safe),
        .target(
            name: "Accounts", dependencies: ["Contract", "Postgres", "Fields", crypto, logging, lifecycle],
            swiftSettings: safe),
        .target(
            name: "Plans", dependencies: ["Accounts", "Reference", "Contract", "Postgres", "Sheets", "Fields", yams],
            swiftSettings: safe),
        .target(
            name: "Messages", dependencies: ["Accounts", "Contract", "Postgres", "Fields", crypto, logging, lifecycle],
            swiftSettings: safe),
        .target(
            name: "Directory",
            dependencies: ["Accounts", "Reference", "Messages", "Finess", "Contract", "Postgres", "Fields"],
            swiftSettings: safe),
        .target(
            name: "Recruitment",
            dependencies: ["Accounts", "Reference", "Messages", "Directory", "Contract", "Postgres", "Fields"],
            swiftSettings: safe),
        .target(
            name: "Orientation",
            dependencies: [
                "Accounts", "Reference", "Messages", "Directory", "Recruitment", "Contract", "Postgres", "Fields",
                crypto,
            ],
            swiftSettings: safe),
        .target(
            name: "Reports",
            dependencies: ["Accounts", "Messages", "Contract", "Postgres", "Sheets", "Fields", yams, nio, crypto],
            swiftSettings: safe),
        .target(
            name: "Privacy",
            dependencies: [
                "Accounts", "Messages", "Directory", "Recruitment", "Orientation", "Reports", "Contract", "Postgres",
                "Fields",
                crypto, logging, lifecycle, nio,
            ],
            swiftSettings: safe),
        .target(
            name: "API",
            dependencies: [
                "Accounts", "Plans", "Directory", "Messages", "Recruitment", "Orientation", "Privacy", "Reference",
                "Reports",
                "Contract", "Postgres", "Fields", logging,
                lifecycle, nio,
                nioHTTP, crypto,
                .product(name: "AsyncAlgorithms", package: "swift-async-algorithms"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
            ],
            swiftSettings: safe),
        .executableTarget(
            name: "pa31",
            dependencies: [
                "API", "Accounts", "Plans", "Directory", "Messages", "Recruitment", "Orientation", "Privacy", "Finess",
                "Reference", "Reports", "Contract", "Postgres",
                "Sheets",
                "Fields", logging,
                lifecycle, yams, crypto, nio,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: safe),
        .target(
            name: "TestSupport",
            dependencies: [
                "API", "Accounts", "Plans", "Directory", "Messages", "Recruitment", "Orientation", "Privacy",
                "Contract",
                "Postgres", "Fields", logging, lifecycle,
                .product(name: "Hummingbird", package: "hummingbird"),
            ],
            path: "Tests/TestSupport", swiftSettings: strictTests),
        .testTarget(name: "FieldsTests", dependencies: ["Fields"], swiftSettings: strictTests),
        .testTarget(
            name: "FinessTests", dependencies: ["Finess", "Fields"], exclude: ["Samples"], swiftSettings: strictTests),
        .testTarget(
            name: "SheetsTests", dependencies: ["Sheets", "CZip", "Fields", "TestSupport"], swiftSettings: strictTests),
        .testTarget(
            name: "PostgresTests", dependencies: ["Postgres", "Fields", "TestSupport", nio],
            swiftSettings: strictTests),
        .testTarget(name: "ContractTests", dependencies: ["Contract", "Fields"], swiftSettings: strictTests),
        .testTarget(
            name: "ReferenceTests", dependencies: ["Reference", "Contract", "Postgres", "Fields", "TestSupport"],
            swiftSettings: strictTests),
        .testTarget(
            name: "AccountsTests",
            dependencies: ["Accounts", "Plans", "Contract", "Postgres", "Fields", "TestSupport", logging],
            swiftSettings: strictTests),
        .testTarget(
            name: "PlansTests", dependencies: ["Plans", "Accounts", "Contract", "Postgres", "Fields", "TestSupport"],
            swiftSettings: strictTests),
        .testTarget(
            name: "DirectoryTests",
            dependencies: [
                "Directory", "Accounts", "Reference", "Finess", "Contract", "Postgres", "Fields", "TestSupport",
            ],
            swiftSettings: strictTests),
        .testTarget(
            name: "MessagesTests",
            dependencies: [
                "Messages", "Accounts", "Contract", "Postgres", "Fields", "TestSupport", logging,
            ],
            swiftSettings: strictTests),
        .testTarget(
            name: "RecruitmentTests",
            dependencies: [
                "Recruitment", "Directory", "Messages", "Accounts", "Reference", "Contract", "Postgres", "Fields",
                "TestSupport",
            ],
            swiftSettings: strictTests),
        .testTarget(
            name: "OrientationTests",
            dependencies: [
                "Orientation", "Recruitment", "Directory", "Messages", "Accounts", "Reference", "Contract", "Postgres",
                "Fields", "TestSupport",
            ],
            swiftSettings: strictTests),
        .testTarget(
            name: "PrivacyTests",
            dependencies: [
                "Privacy", "Orientation", "Recruitment", "Directory", "Messages", "Accounts", "Contract", "Postgres",
                "Reports", "Fields", "TestSupport", logging,
            ],
            swiftSettings: strictTests),
        .testTarget(
            name: "ReportsTests",
            dependencies: [
                "Reports", "Plans", "Directory", "Recruitment", "Orientation", "Messages", "Accounts", "Contract",
                "Postgres", "Sheets",
                "Fields", "TestSupport",
            ],
            swiftSettings: strictTests),
        .testTarget(
            name: "APITests",
            dependencies: [
                "API", "Plans", "Accounts", "Directory", "Messages", "Recruitment", "Orientation", "Privacy",
                "Reports", "Reference",
                "Contract", "Postgres", "Sheets", "Fields",
                "TestSupport", nio,
                crypto, logging,
            ],
            swiftSettings: strictTests),
        .testTarget(
            name: "CommandTests", dependencies: ["pa31", "Accounts", "Fields", "TestSupport"],
            swiftSettings: strictTests),
        .testTarget(
            name: "RepositoryTests",
            dependencies: [
                "API", "Plans", "Accounts", "Directory", "Recruitment", "Orientation", "Privacy", "Contract",
                "Postgres",
                "Sheets", "Fields", "TestSupport",
            ],
            swiftSettings: strictTests),
    ]
)
